"""Questions about passports: what a list holds in all, the map, and how much is owned. Each only of what the asker may see."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.geo import Box, Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Certainty
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.actions.assets import create_asset
from marketplace.passports.actions.items import add_item, change_item
from marketplace.passports.actions.owned import set_owned_mass
from marketplace.passports.models import Asset
from marketplace.passports.queries import assets
from marketplace.passports.queries.assets import Holding, list_assets, list_held_materials, sum_held
from marketplace.passports.queries.map import map_assets
from marketplace.passports.queries.owned import list_estimates, passported_by_kind
from marketplace.passports.rules.assets import AssetDraft, AssetFilter, AssetKind, Coming
from marketplace.passports.rules.items import ChangeDraft, ChangeKind, ItemDraft
from marketplace.passports.rules.owned import OwnedDraft
from tests.factories import make_actor, seed_taxonomy

KEI = "betonstraatsteen-kei-8cm"  # 185 kg for a square metre
ALL = AssetFilter()
CENTRE = Point(52.27, 6.79)


@pytest.fixture
def keeper(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo", "coordinator")


def made(session: Session, keeper: Actor, name: str, m2: int = 0, at: Point = CENTRE, **changes: Any) -> Asset:
    draft = AssetDraft(name, changes.pop("kind", AssetKind.ROAD), at, "Hengelo", "hengelo", **changes)
    asset = create_asset(session, keeper, draft=draft)
    if m2:
        add_item(session, keeper, asset_id=asset.id, draft=ItemDraft(KEI, Quantity(Decimal(m2), Unit.M2)))
    return asset


def test_a_list_tells_how_much_all_of_it_holds(session: Session, keeper: Actor) -> None:
    """100 and 20 m² of 185 kg are 22 200 kg; for everybody only the public 20 m², 3 700 kg."""
    made(session, keeper, "Dorpsstraat", 100)
    made(session, keeper, "Kerkstraat", 20, is_public=True)
    made(session, keeper, "Leeg")
    assert sum_held(session, keeper, ALL) == Holding(2, Decimal(22_200))
    assert sum_held(session, ANONYMOUS, ALL) == Holding(1, Decimal(3_700))
    assert sum_held(session, keeper, AssetFilter(words="leeg")) == Holding(0, Decimal(0))


@pytest.mark.parametrize("few", [0, 2_000])
def test_only_materials_that_somebody_may_see_can_be_chosen(
    session: Session, keeper: Actor, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Of few assets and of many alike, which are asked in two ways."""
    monkeypatch.setattr(assets, "FEW_ASSETS", few)
    asset = made(session, keeper, "Dorpsstraat", 100)
    kei = get_taxonomy(session).material(KEI).id
    assert list_held_materials(session, keeper) == [kei]
    assert list_held_materials(session, ANONYMOUS) == []
    sand = get_taxonomy(session).material("straatzand").id
    number = made(session, keeper, "Kerkplein", is_public=True).id
    add_item(session, keeper, asset_id=number, draft=ItemDraft("straatzand", Quantity(Decimal(2), Unit.M3)))
    assert list_held_materials(session, keeper) == sorted((kei, sand))
    assert list_held_materials(session, ANONYMOUS) == [sand]
    change_item(
        session, keeper, asset_id=asset.id, number=1, change=ChangeDraft(ChangeKind.TAKEN_OUT, Decimal(100), clock.today())
    )
    assert list_held_materials(session, keeper) == [sand]


def test_what_comes_free_first_stands_first_and_what_is_not_planned_last(session: Session, keeper: Actor) -> None:
    year = clock.today().year + 2
    made(session, keeper, "A zonder plan")
    made(session, keeper, "B later", coming=Coming(date(year, 1, 1), date(year, 9, 1), Certainty.IDEA))
    made(session, keeper, "C eerst", coming=Coming(date(year, 1, 1), date(year, 3, 1), Certainty.BUDGETED))
    rows, total = list_assets(session, keeper, AssetFilter(soonest=True))
    assert ([row.name for row in rows], total) == (["C eerst", "B later", "A zonder plan"], 3)
    assert [row.name for row in list_assets(session, keeper, ALL)[0]] == ["A zonder plan", "B later", "C eerst"]


def test_the_marks_of_the_map_are_the_assets_of_its_list(session: Session, keeper: Actor) -> None:
    """Two at the same corner are one mark, a third 20 km on another; outside the view is one."""
    for name in ("Een", "Twee"):
        made(session, keeper, name, at=Point(52.27, 6.79))
    far = made(session, keeper, "Drie", at=Point(52.27, 7.05))
    made(session, keeper, "Vier", at=Point(52.45, 6.5))
    view = Box(52.2, 52.3, 6.7, 7.1)
    result = map_assets(session, keeper, ALL, box=view, zoom=12)
    assert (result.total, result.outside) == (3, 1)
    assert sorted(cluster.count for cluster in result.clusters) == [1, 2]
    assert list(result.alone) == [far.id]
    assert {asset.name for asset, _key in result.rows} == {"Een", "Twee", "Drie"}
    keys = {asset.name: key for asset, key in result.rows}
    assert keys["Een"] == keys["Twee"] != keys["Drie"]
    assert set(keys.values()) == {cluster.key for cluster in result.clusters}


@pytest.mark.slow
def test_far_away_what_lies_together_is_gathered_before_it_is_read(session: Session, keeper: Actor) -> None:
    """400 streets some 300 m apart: near by the database tells of each, from the whole region of less than a quarter."""
    for number in range(400):
        made(session, keeper, f"Straat {number}", at=Point(52.2 + number // 20 * 0.003, 6.7 + number % 20 * 0.0045))
    marks_by_zoom = {
        zoom: map_assets(session, keeper, ALL, box=Box(52.0, 52.6, 6.4, 7.2), zoom=zoom).clusters for zoom in (9, 14)
    }
    assert {zoom: sum(cluster.count for cluster in marks) for zoom, marks in marks_by_zoom.items()} == {9: 400, 14: 400}
    spots = {zoom: sum(len(cluster.spots) for cluster in marks) for zoom, marks in marks_by_zoom.items()}
    assert spots[14] > 300 and spots[9] < 100


def test_the_map_shows_nobody_what_is_not_theirs_to_see(session: Session, keeper: Actor) -> None:
    made(session, keeper, "Geheim")
    result = map_assets(session, ANONYMOUS, ALL, box=None, zoom=10)
    assert (result.total, result.outside, result.clusters, result.rows) == (0, 0, (), ())


def test_every_estimate_stays_with_what_it_came_to(session: Session, keeper: Actor) -> None:
    """100 and 20 tonnes, and after that 150: 120 000 kg and 150 000 kg."""
    year = clock.today().year
    road = OwnedDraft(AssetKind.ROAD, Decimal(100), "Wegenlegger", year)
    sewer = OwnedDraft(AssetKind.SEWER, Decimal(20), "Rioleringsplan", year)
    set_owned_mass(session, keeper, year=year, rows=[road, sewer])
    set_owned_mass(session, keeper, year=year, rows=[OwnedDraft(AssetKind.ROAD, Decimal(150), "Opnieuw gemeten", year)])
    estimates = list_estimates(session, keeper, int(keeper.organisation_id or 0))
    assert [(estimate.year, estimate.version, estimate.total_kg) for estimate in estimates] == [
        (year, 2, 150_000),
        (year, 1, 120_000),
    ]
    assert estimates[0].entered_at >= estimates[1].entered_at
    with pytest.raises(Missing):
        list_estimates(session, make_actor(session, "borne", "coordinator"), int(keeper.organisation_id or 0))


def test_passports_are_counted_by_class_for_owner_and_for_maintainer(session: Session, keeper: Actor) -> None:
    """10 m² of a road and 2 of a quay are 1 850 and 370 kg; Borne maintains the road."""
    borne = make_actor(session, "borne", "coordinator")
    made(session, keeper, "Weg", 10, maintainer="borne")
    made(session, keeper, "Kade", 2, kind=AssetKind.QUAY)
    assert passported_by_kind(session, int(keeper.organisation_id or 0)) == {
        AssetKind.ROAD: Decimal(1_850),
        AssetKind.QUAY: Decimal(370),
    }
    assert passported_by_kind(session, int(borne.organisation_id or 0)) == {AssetKind.ROAD: Decimal(1_850)}
