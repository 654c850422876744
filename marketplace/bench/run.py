"""All benchmarks in their order, over one pair of full banks."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from marketplace.bench import depots, figures, matching, page, passports, plan, reserve, search
from marketplace.bench.bank import Bank, banks
from marketplace.bench.table import Row

PARTS: dict[str, Callable[[list[Bank]], Iterator[Row]]] = {
    "search": search.core,
    "matching": matching.both_ways,
    "page": page.catalogue,
    "reserve": reserve.rate,
    "figures": figures.dashboard,
    "depots": depots.stored,
    "passports": passports.owned,
}


def rows(folder: Path, *, listings: int, only: tuple[str, ...], kinds: tuple[str, ...]) -> Iterator[Row]:
    """Fills the banks and measures; says on standard error how far it is."""
    if not only or "plan" in only:
        _say("plan")
        yield from plan.regional(folder, kinds)
    if only == ("plan",):
        return
    _say(f"filling {' and '.join(kinds)} with {listings} listings and as many demands")
    with banks(folder, kinds, listings) as full:
        for name, part in PARTS.items():
            if not only or name in only:
                _say(name)
                yield from part(full)


def _say(what: str) -> None:
    sys.stderr.write(f"{what} …\n")
