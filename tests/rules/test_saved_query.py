"""What a saved search asks, read from the address that it kept."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.catalogue.rules.saved_query import read_filters, read_query
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.market.rules.listing import Condition
from marketplace.materials.rules.fields import Field
from marketplace.places.rules import Place, PlaceBasis

BORNE = Place("Borne", "borne", Point(52.30136, 6.7482), PlaceBasis.PLACE, "Borne")

nothing_by_field = dict[str, Field]().get


def find(typed: str) -> Place:
    if typed != "Borne":
        raise Invalid("There is no such place.")
    return BORNE


def query_of(saved: str) -> CatalogueQuery:
    query = read_query(saved, find, nothing_by_field)
    assert query is not None
    return query


def test_an_empty_address_asks_for_everything() -> None:
    assert query_of("") == CatalogueQuery()


def test_every_filter_is_read_from_the_address() -> None:
    saved = (
        "q=kei&materialGroup=bestrating&material=a&material=b&organisation=almelo&condition=new&condition=broken&condition=good"
    )
    assert query_of(f"{saved}&place=+Borne+&radiusKm=25&availableFrom=12-1-2027&sort=distance") == CatalogueQuery(
        q="kei",
        groups=("bestrating",),
        materials=("a", "b"),
        organisations=("almelo",),
        conditions=(Condition.NEW, Condition.GOOD),
        point=BORNE.point,
        radius_km=Decimal(25),
        available_from=date(2027, 1, 12),
    )


@pytest.mark.parametrize(
    ("saved", "radius"),
    [
        ("place=Borne&radiusKm=999", Decimal(999)),
        ("place=Borne&radiusKm=1000", None),
        ("place=Borne&radiusKm=2.5", None),
        ("place=Borne&radiusKm=%C2%B2", None),  # a raised two
        ("place=Borne&radiusKm=", None),
        ("radiusKm=25", None),  # around nothing
    ],
)
def test_a_radius_is_three_figures_around_a_place(saved: str, radius: Decimal | None) -> None:
    assert query_of(saved).radius_km == radius


def test_free_now_means_today_whatever_day_was_kept() -> None:
    assert query_of("now=1&availableFrom=12-1-2027").available_from == clock.today()


@pytest.mark.parametrize("saved", ["place=Atlantis", "availableFrom=someday"])
def test_a_place_or_a_day_that_cannot_be_read_any_more_asks_nothing(saved: str) -> None:
    assert read_query(saved, find, nothing_by_field) is None


def test_an_address_says_again_what_was_asked() -> None:
    saved = "q=kei&materialGroup=bestrating&material=a&material=b&condition=new&organisation=almelo&place=Borne&radiusKm=25&now=1&sort=distance"
    assert read_filters(saved).address() == saved
    assert read_filters("radiusKm=").address() == ""
    assert read_filters("q=een&q=twee").q == "een"
