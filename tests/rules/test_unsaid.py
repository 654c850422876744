"""What it means where nothing is said: the answer that does least."""

import importlib
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path

import pytest

import marketplace
from marketplace.catalogue.rules.query import RADII_KM
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.listing import ListingDraft
from marketplace.matching.rules.wanted import WantedQuery
from marketplace.materials.rules.taxonomy import VehicleClass


def unsaid(of: type) -> dict[str, object]:
    """The fields that may be left out, with what they are then."""
    return {field.name: field.default for field in fields(of) if field.default is not MISSING}


@pytest.mark.parametrize(
    ("of", "yes"),
    [
        (ReservationDraft, set()),
        (HandoverDraft, set()),
        (ListingDraft, set()),
        (DemandDraft, {"accepts_unknown_hazards"}),  # it is shown as a doubt
    ],
)
def test_nobody_agrees_to_anything_by_saying_nothing(of: type, yes: set[str]) -> None:
    assert {name for name, value in unsaid(of).items() if isinstance(value, int | Decimal) and value} == yes


def test_a_page_of_demands_is_the_first_of_24_and_of_everybody() -> None:
    defaults = unsaid(WantedQuery)
    assert (defaults["page"], defaults["page_size"], defaults["mine"]) == (1, 24, False)


def test_an_unknown_vehicle_emits_nothing_that_is_made_up() -> None:
    assert unsaid(VehicleClass)["kgco2e_per_tonne_km"] == 0


def test_the_radii_that_a_page_offers() -> None:
    assert RADII_KM == (5, 10, 15, 25, 50)


@cache
def classes() -> tuple[type, ...]:
    """Every class of every module of rules."""
    room = Path(marketplace.__file__).parent
    files = sorted((*room.glob("*/rules.py"), *room.glob("*/rules/*.py")))
    names = [str(file.relative_to(room.parent).with_suffix("")).replace("/", ".").removesuffix(".__init__") for file in files]
    modules = [importlib.import_module(name) for name in names]
    return tuple(
        member
        for module in modules
        for member in vars(module).values()
        if isinstance(member, type) and member.__module__ == module.__name__
    )


def test_a_figure_that_nobody_gives_is_nought_and_an_answer_is_no_but_for_these() -> None:
    defaults = {
        f"{of.__name__}.{name}": value
        for of in classes()
        if is_dataclass(of)
        for name, value in unsaid(of).items()
        if isinstance(value, int | Decimal) and value
    }
    assert defaults == {
        "AssetFilter.page": 1,
        "AssetFilter.page_size": 25,
        "LotFilter.page": 1,
        "LotFilter.page_size": 25,
        "CatalogueQuery.page": 1,
        "CatalogueQuery.page_size": 24,
        "WantedQuery.page": 1,
        "WantedQuery.page_size": 24,
        "DemandDraft.accepts_unknown_hazards": True,
        "ListingField.is_folded": True,
        "ListingField.is_again": True,
        "Material.is_tradable": True,
        "Material.is_current": True,
        "Material.is_factor_public": True,
        "Material.tolerance_percent": 5,
        "WindowDefaults.partners_days": 14,
        "JointQuestion.within_km": 25,
        "Indicator.asked_of": 1,
        "Indicator.minimum_percent": 50,
        "Target.version": 1,
        "Entry.row_version": 4,
        "Lot.step": 1,
        "Need.step": 1,
        "Network.size": 1,
        "StoredFile.pages": 1,
        "Figure.longest": 200,
        "Table.rows_max": 20_000,
    }


def test_every_word_of_the_rules_has_a_label_of_its_own() -> None:
    labelled = [of for of in classes() if issubclass(of, Enum) and hasattr(of, "label")]
    assert len(labelled) >= 10
    for of in labelled:
        labels = [str(member.label) for member in of]  # type: ignore[attr-defined]
        assert len(set(labels)) == len(labels), of
        assert all(label and not label.startswith("<") for label in labels), of


@pytest.mark.parametrize(
    ("page", "size", "offset", "limit"),
    [(1, 24, 0, 24), (2, 24, 24, 24), (3, 10, 20, 10), (0, 24, 0, 24), (-5, 0, 0, 1), (2, 500, 100, 100)],
)
def test_a_page_begins_after_those_before_it(page: int, size: int, offset: int, limit: int) -> None:
    query = WantedQuery(page=page, page_size=size)
    assert (query.offset, query.limit) == (offset, limit)
