"""Which rows of the ledger an address asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.kernel.formats import month
from marketplace.kernel.language import _
from marketplace.ledger.queries import ExchangeFilter
from marketplace.materials.rules.taxonomy import Taxonomy

YEAR, MONTH = re.compile(r"[0-9]{4}"), re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows an address asks for: by giver, receiver, either side, group and period. In words too."""

    values: dict[str, Any]
    words: tuple[str, ...]
    wanted: ExchangeFilter

    @classmethod
    def of(cls, args: Mapping[str, str], names: Mapping[str, str], reference: Taxonomy) -> "Asked":
        """What is asked, as far as it is known. An address that people edited is read leniently, so the rest is passed over."""
        values: dict[str, Any] = {key: typed for key in ("van", "naar", "organisatie") if (typed := args.get(key, "")) in names}
        group = reference.group(args.get("groep", ""))
        year, of_month = args.get("jaar", ""), args.get("maand", "")
        values |= {"groep": group.slug} if group else {}
        if MONTH.fullmatch(of_month):
            values["maand"] = of_month
        elif YEAR.fullmatch(year):
            values["jaar"] = year
        when = values.get("maand") or values.get("jaar", "")
        words = (
            *(str(_("from %(name)s", name=names[slug])) for slug in [values.get("van")] if slug),
            *(str(_("to %(name)s", name=names[slug])) for slug in [values.get("naar")] if slug),
            *(names[slug] for slug in [values.get("organisatie")] if slug),
            *([group.name] if group else []),
            *([month(when) if len(when) > 4 else when] if when else []),
        )
        return cls(
            values,
            words,
            ExchangeFilter(
                organisations=_one(values, "organisatie"),
                givers=_one(values, "van"),
                receivers=_one(values, "naar"),
                groups=_one(values, "groep"),
                first_month=f"{when}-01" if len(when) == 4 else when,
                last_month=f"{when}-12" if len(when) == 4 else when,
            ),
        )


def _one(values: Mapping[str, str], key: str) -> tuple[str, ...]:
    return (values[key],) if key in values else ()
