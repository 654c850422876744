"""What looks odd in a report, each with its figures. None refuses: each asks for an explanation that the AO CE reads.

A finding is kept with the version as it was submitted, as plain values, and said in the language of whoever reads it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marketplace.impact.rules.material_use import RENEWABLE, ZERO, Origin, UseRow, incoming, total_by_origin
from marketplace.kernel.formats import mass, number
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import plain

BAND_KG = (Decimal(100), Decimal(15_000))
"""What comes in per inhabitant and year: from 0.1 to 15 tonnes, a band of our own (November 2026), to ask by and never to refuse.

The upper end lies half above what all of the Netherlands uses of material per inhabitant (about ten tonnes by the accounts of
Statistics Netherlands), more than any one municipality's share of it. Below the lower end a group, or three noughts, were forgotten.
"""
CHANGE = Decimal("0.5")  # more than half up or down on the year before


class Rule(StrEnum):
    """What is looked at."""

    BANK_NOT_IN_IT = "bank_not_in_it"
    MUCH_CHANGED = "much_changed"
    OUT_OF_BAND = "out_of_band"
    NO_PRIMARY = "no_primary"
    GROUP_GONE = "group_gone"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that looks odd. `facts`: its figures as plain text, in kilograms. `name`: of a group, in the reader's language."""

    rule: Rule
    facts: Mapping[str, str]
    name: str = ""

    @property
    def sentence(self) -> Text:
        """What is odd, with the figures."""
        return _SENTENCES[self.rule]({**self.facts, "name": self.name})

    def stored(self) -> dict[str, Any]:
        """As it is stored with a version."""
        return {"rule": self.rule.value, "facts": dict(self.facts)}

    @classmethod
    def of(cls, stored: Mapping[str, Any], group_names: Mapping[str, str]) -> "Finding":
        """Read what was stored."""
        slug = stored["facts"].get("group", "")
        return cls(Rule(stored["rule"]), stored["facts"], group_names.get(slug, slug))


@dataclass(frozen=True, slots=True)
class Reported:
    """What is looked at: the rows of a year and what surrounds them.

    `before`: the rows of the year before; None: not reported.
    """

    year: int
    scope: str
    rows: Sequence[UseRow]
    before: Sequence[UseRow] | None
    includes_bank_kg: Decimal
    bank_kg: Decimal
    inhabitants: int
    group_names: Mapping[str, str]

    @property
    def by_origin(self) -> dict[Origin, Decimal]:
        """What came in, by origin."""
        return total_by_origin(self.rows, scope=self.scope)

    @property
    def total_kg(self) -> Decimal:
        """All that came in, as reported."""
        return sum(self.by_origin.values(), ZERO)

    @property
    def before_by_group(self) -> dict[str, Decimal]:
        """What came in by group, the year before. Empty where nothing was reported of this scope."""
        return _by_group(self.before or (), self.scope)


def find_oddities(reported: Reported) -> tuple[Finding, ...]:
    """Everything that looks odd. A report without anything in it is not looked at."""
    if not reported.total_kg:
        return ()
    return tuple(finding for rule in _RULES for finding in rule(reported))


def _bank_not_in_it(reported: Reported) -> Iterator[Finding]:
    renewable_kg = sum((reported.by_origin.get(origin, ZERO) for origin in RENEWABLE), ZERO)
    if reported.includes_bank_kg and renewable_kg < reported.bank_kg:
        yield Finding(
            Rule.BANK_NOT_IN_IT,
            {
                "renewable_kg": plain(renewable_kg),
                "included_kg": plain(reported.includes_bank_kg),
                "bank_kg": plain(reported.bank_kg),
            },
        )


def _much_changed(reported: Reported) -> Iterator[Finding]:
    before_kg = sum(reported.before_by_group.values(), ZERO)
    if before_kg and abs(reported.total_kg - before_kg) > before_kg * CHANGE:
        facts = {"year": str(reported.year - 1), "before_kg": plain(before_kg), "total_kg": plain(reported.total_kg)}
        yield Finding(Rule.MUCH_CHANGED, facts)


def _out_of_band(reported: Reported) -> Iterator[Finding]:
    if not reported.inhabitants:
        return
    each_kg = reported.total_kg / reported.inhabitants
    if not BAND_KG[0] <= each_kg <= BAND_KG[1]:
        facts = {"total_kg": plain(reported.total_kg), "inhabitants": str(reported.inhabitants)}
        yield Finding(Rule.OUT_OF_BAND, facts)


def _no_primary(reported: Reported) -> Iterator[Finding]:
    if not reported.by_origin.get(Origin.PRIMARY):
        yield Finding(Rule.NO_PRIMARY, {"total_kg": plain(reported.total_kg)})


def _group_gone(reported: Reported) -> Iterator[Finding]:
    now = _by_group(reported.rows, reported.scope)
    for slug, before_kg in reported.before_by_group.items():
        if before_kg and not now.get(slug):
            facts = {"group": slug, "year": str(reported.year - 1), "before_kg": plain(before_kg)}
            yield Finding(Rule.GROUP_GONE, facts, reported.group_names.get(slug, slug))


def _by_group(rows: Iterable[UseRow], scope: str) -> dict[str, Decimal]:
    sums = dict[str, Decimal]()
    for row in incoming(rows, scope=scope):
        sums[row.group_slug] = sums.get(row.group_slug, ZERO) + row.mass_kg
    return sums


def _mass(facts: Mapping[str, str], name: str) -> str:
    return mass(Decimal(facts[name]))


def _each(mass_kg: Decimal) -> Text | str:
    return _("less than 1 kg") if mass_kg < 1 else mass(mass_kg.quantize(Decimal("0.001")))


_RULES: tuple[Callable[[Reported], Iterator[Finding]], ...] = (
    _bank_not_in_it,
    _much_changed,
    _out_of_band,
    _no_primary,
    _group_gone,
)
_SENTENCES: dict[Rule, Callable[[Mapping[str, str]], Text]] = {
    Rule.BANK_NOT_IN_IT: lambda facts: _(
        "You report %(renewable)s reused, recycled and biobased, and say that %(included)s of the materials bank is in it. "
        "The bank brought %(bank)s.",
        renewable=_mass(facts, "renewable_kg"),
        included=_mass(facts, "included_kg"),
        bank=_mass(facts, "bank_kg"),
    ),
    Rule.MUCH_CHANGED: lambda facts: _(
        "In total %(total)s came in. In %(year)s it was %(before)s: that differs by more than half.",
        total=_mass(facts, "total_kg"),
        before=_mass(facts, "before_kg"),
        year=facts["year"],
    ),
    Rule.OUT_OF_BAND: lambda facts: _(
        "In total %(total)s came in, for %(inhabitants)s inhabitants: %(each)s each. Usual is from %(least)s to %(most)s.",
        total=_mass(facts, "total_kg"),
        inhabitants=number(int(facts["inhabitants"])),
        each=_each(Decimal(facts["total_kg"]) / int(facts["inhabitants"])),
        least=mass(BAND_KG[0]),
        most=mass(BAND_KG[1]),
    ),
    Rule.NO_PRIMARY: lambda facts: _(
        "Of the %(total)s that came in, nothing is new from finite sources.", total=_mass(facts, "total_kg")
    ),
    Rule.GROUP_GONE: lambda facts: _(
        "Of “%(group)s” nothing came in. In %(year)s it was %(before)s.",
        group=facts["name"],
        year=facts["year"],
        before=_mass(facts, "before_kg"),
    ),
}
