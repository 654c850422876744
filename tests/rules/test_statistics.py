"""The figures over the ledger: what each is of, and when it is not known. By hand."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest

from marketplace.impact.rules.statistics import STATISTICS, Measure
from marketplace.ledger.rules import Totals

BY_NAME = {statistic.name: statistic for statistic in STATISTICS}
# every sum another figure, so that none stands for another: 100, 101, 102 …
EACH = Totals(**{field.name: Decimal(100 + place) for place, field in enumerate(fields(Totals))})  # type: ignore[arg-type]
SOME = replace(
    Totals(),
    exchanges=4,
    mass_kg=Decimal(1000),
    unknown_factor_mass_kg=Decimal(250),
    unknown_processing_mass_kg=Decimal(1000),
    avoided_kgco2e=Decimal(90),
    avoided_low_kgco2e=Decimal(80),
    avoided_high_kgco2e=Decimal(120),
    transport_kgco2e=Decimal(10),
    saved_cents=5000,
    saved_exchanges=1,
)


@pytest.mark.parametrize("name", [statistic.name for statistic in STATISTICS])
def test_a_figure_is_the_sum_of_its_name(name: str) -> None:
    statistic = BY_NAME[name]
    assert statistic.of(EACH) == getattr(EACH, name)
    if statistic.low is not None and statistic.high is not None:
        stem = name.removesuffix("_kgco2e")
        assert (
            statistic.ends(replace(EACH, unknown_factor_mass_kg=Decimal(0)))
            == (
                getattr(EACH, f"{stem}_low_kgco2e"),
                getattr(EACH, f"{stem}_high_kgco2e"),
            )
            or name == "net_kgco2e"
        )


@pytest.mark.parametrize(
    ("name", "coverage", "figure"),
    [
        ("exchanges", Decimal(1), 4),
        ("mass_kg", Decimal(1), Decimal(1000)),
        ("avoided_kgco2e", Decimal("0.75"), Decimal(90)),
        ("processing_kgco2e", Decimal(0), None),
        ("saved_cents", Decimal("0.25"), 5000),
    ],
)
def test_a_figure_is_known_as_far_as_what_it_rests_on(name: str, coverage: Decimal, figure: object) -> None:
    assert (BY_NAME[name].coverage(SOME), BY_NAME[name].figure(SOME)) == (coverage, figure)


def test_of_nothing_that_moved_a_figure_is_nought_and_covers_nothing() -> None:
    for statistic in STATISTICS:
        assert (statistic.coverage(Totals()), statistic.figure(Totals())) == (None, 0)


def test_money_saved_is_unknown_where_nobody_said_it() -> None:
    said_by_none = replace(SOME, saved_exchanges=0)
    assert BY_NAME["saved_cents"].figure(said_by_none) is None
    assert BY_NAME["saved_cents"].coverage(said_by_none) == 0


def test_ends_are_told_where_a_figure_has_them_and_is_known() -> None:
    avoided, net = BY_NAME["avoided_kgco2e"], BY_NAME["net_kgco2e"]
    assert avoided.ends(SOME) == (80, 120)
    assert net.ends(SOME) == (70, 110)
    assert avoided.ends(replace(SOME, unknown_factor_mass_kg=Decimal(1000))) is None
    assert BY_NAME["mass_kg"].ends(SOME) is None
    assert replace(avoided, high=None).ends(SOME) is None
    assert replace(avoided, low=None).ends(SOME) is None


def test_what_rests_on_a_factor_or_on_what_was_said_may_be_unknown() -> None:
    unsure = {statistic.name for statistic in STATISTICS if statistic.may_be_unknown}
    assert unsure == {
        *(statistic.name for statistic in STATISTICS if statistic.name.startswith("avoided")),
        *("processing_kgco2e", "net_kgco2e", "saved_cents"),
    }
    assert [statistic.name for statistic in STATISTICS if statistic.measure is Measure.SAVED] == ["saved_cents"]
