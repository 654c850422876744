"""Passports of the demonstration, some of them public. A road with its layers, a bridge, a school and lamp posts.

And what Hengelo estimates that it owns.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from marketplace.cli.demo_lots import Cast
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Answer, Certainty, Condition
from marketplace.passports.actions.assets import create_asset
from marketplace.passports.actions.items import add_item, change_item, describe_item
from marketplace.passports.actions.owned import set_owned_mass
from marketplace.passports.queries.assets import details_of, get_item
from marketplace.passports.rules.assets import AssetDraft, AssetKind, Coming
from marketplace.passports.rules.items import ChangeDraft, ChangeKind, Detachability, ItemDetails, ItemDraft, KnownBy
from marketplace.passports.rules.owned import OwnedDraft

WRITTEN_AGO = timedelta(days=120)
BREAK_STREET = {
    "type": "LineString",
    "coordinates": [[6.7912, 52.2641], [6.7931, 52.2652], [6.7958, 52.2661], [6.7980, 52.2668]],
}
SCHOOL_GROUND = {
    "type": "Polygon",
    "coordinates": [[[6.7498, 52.3014], [6.7513, 52.3014], [6.7513, 52.3021], [6.7498, 52.3021], [6.7498, 52.3014]]],
}


@dataclass(frozen=True, slots=True)
class Made:
    """A part as the demonstration writes it down."""

    material: str
    amount: str
    unit: Unit
    details: ItemDetails
    use_count: int = 0


def _part(material: str, amount: str, unit: Unit, element: str = "", layer: int | None = None, **details: Any) -> Made:
    use_count = details.pop("use_count", 0)
    return Made(material, amount, unit, ItemDetails(element=element, layer=layer, **details), use_count)


def _in_years(years: int, certainty: Certainty) -> Coming:
    """The building season, so many years from now."""
    year = clock.today().year + years
    return Coming(date(year, 3, 1), date(year, 10, 31), certainty)


def load_passports(session: Session, cast: Cast) -> int:
    """What three coordinators wrote down; gives the number of the street of Hengelo.

    The last changes are of this month.
    """
    with clock.frozen(datetime.combine(clock.today() - WRITTEN_AGO, time(9), UTC)):
        street = _hengelo(session, cast)
        _enschede(session, cast)
        _borne(session, cast)
    keeper, today = cast["coordinator.hengelo"], clock.today()
    changes = (
        (ChangeKind.TAKEN_OUT, "180", 20, "Voor de aanleg van glasvezel, terug in het depot"),
        (ChangeKind.LOST, "6", 12, "Gebroken bij het opnemen"),
    )
    for kind, amount, days, reason in changes:
        change = ChangeDraft(kind, Decimal(amount), today - timedelta(days=days), reason)
        change_item(session, keeper, asset_id=street, number=1, change=change)
    _estimates(session, cast)
    return street


def _hengelo(session: Session, cast: Cast) -> int:
    keeper = cast["coordinator.hengelo"]
    place: dict[str, Any] = {"place_name": "Hengelo", "municipality": "hengelo"}
    street = AssetDraft(
        "Breemarsweg, van Deurningerstraat tot spoor",
        AssetKind.ROAD,
        Point(52.2652, 6.7931),
        **place,
        shape=BREAK_STREET,
        external_id="W-0412",
        external_system="GBI",
        built_year=1987,
        coming=_in_years(2, Certainty.BUDGETED),
        nen_2767=4,
        is_public=True,
    )
    measured: dict[str, Any] = {
        "known_by": KnownBy.MEASURED,
        "source": "Ingemeten bij de inspectie",
        "detachability": Detachability.LOOSE,
    }
    number = _write(
        session,
        cast,
        keeper.organisation_slug,
        street,
        _part("betonstraatsteen-kei-8cm", "3400", Unit.M2, "Rijbaan", 1, condition=Condition.GOOD, use_count=1, **measured),
        _part("betontegel-30x30x4-5", "900", Unit.M2, "Trottoir", 1, condition=Condition.FAIR, **measured),
        _part("straatzand", "215", Unit.M3, "Straatlaag", 2, known_by=KnownBy.ESTIMATE, source="4.300 m² × 5 cm"),
        _part("menggranulaat-0-31-5", "1075", Unit.M3, "Fundering", 3, known_by=KnownBy.DESIGN, source="Bestek 1987-14, 25 cm"),
        _part(
            "trottoirband-13-15x25", "820", Unit.M, "Beide zijden", known_by=KnownBy.MEASURED, detachability=Detachability.LOOSE
        ),
        _part("betonbuis-300", "410", Unit.M, "Onder de rijbaan", known_by=KnownBy.ARCHIVE),
    )
    lamps = AssetDraft(
        "Lichtmasten Hasseler Es",
        AssetKind.STREET_FURNITURE,
        Point(52.2802, 6.7765),
        **place,
        external_id="OV-HE-118",
        built_year=1994,
        coming=_in_years(1, Certainty.TENDERED),
    )
    loose: dict[str, Any] = {
        "known_by": KnownBy.MEASURED,
        "source": "Beheersysteem openbare verlichting",
        "detachability": Detachability.SCREWED,
    }
    _write(
        session,
        cast,
        keeper.organisation_slug,
        lamps,
        _part("lichtmast-staal-6m", "64", Unit.PIECE, "Mast", condition=Condition.GOOD, **loose),
        _part("armatuur-conventioneel", "64", Unit.PIECE, "Armatuur", condition=Condition.POOR, **loose),
    )
    _write(
        session,
        cast,
        keeper.organisation_slug,
        AssetDraft("Kade Twentekanaal, haven", AssetKind.QUAY, Point(52.2470, 6.7700), **place),
    )
    return number


def _enschede(session: Session, cast: Cast) -> None:
    bridge = AssetDraft(
        "Fietsbrug Usseler Es",
        AssetKind.BRIDGE,
        Point(52.1987, 6.8541),
        "Enschede",
        "enschede",
        external_id="KW-077",
        external_system="Obsurv",
        built_year=2003,
        coming=_in_years(3, Certainty.IDEA),
        nen_2767=3,
        is_public=True,
    )
    _write(
        session,
        cast,
        "enschede",
        bridge,
        _part(
            "stalen-balk-heb200",
            "48",
            Unit.M,
            "Hoofdliggers",
            known_by=KnownBy.DESIGN,
            source="Tekening KW-077-2",
            detachability=Detachability.SCREWED,
            condition=Condition.GOOD,
        ),
        _part(
            "hardhouten-dekplank",
            "96",
            Unit.M2,
            "Dek",
            known_by=KnownBy.MEASURED,
            source="Opname 12 mei",
            detachability=Detachability.SCREWED,
            condition=Condition.FAIR,
        ),
        _part(
            "leuning-staal",
            "48",
            Unit.M,
            "Leuning",
            known_by=KnownBy.MEASURED,
            source="Opname 12 mei",
            detachability=Detachability.SCREWED,
            use_count=1,
        ),
    )


def _borne(session: Session, cast: Cast) -> None:
    school = AssetDraft(
        "Basisschool De Horst, Prins Bernhardlaan",
        AssetKind.BUILDING,
        Point(52.3017, 6.7505),
        "Borne",
        "borne",
        shape=SCHOOL_GROUND,
        built_year=1968,
        coming=_in_years(1, Certainty.BUDGETED),
        is_public=True,
    )
    archive: dict[str, Any] = {"known_by": KnownBy.ARCHIVE, "source": "Bouwtekeningen 1968 en verbouwing 1996"}
    number = _write(
        session,
        cast,
        "borne",
        school,
        _part("metselbaksteen-waalformaat", "620", Unit.M2, "Gevel", detachability=Detachability.BONDED, **archive),
        _part(
            "kozijn-aluminium",
            "140",
            Unit.M2,
            "Kozijnen",
            detachability=Detachability.SCREWED,
            condition=Condition.GOOD,
            **archive,
        ),
        _part("gevelpaneel-vezelcement", "85", Unit.M2, "Borstwering", detachability=Detachability.SCREWED, **archive),
        _part(
            "systeemplafond", "1150", Unit.M2, "Plafonds", detachability=Detachability.LOOSE, condition=Condition.FAIR, **archive
        ),
    )
    keeper = cast["coordinator.borne"]
    panel = get_item(session, keeper, number, 3)
    details = replace(details_of(panel), hazards={"asbest": Answer.UNKNOWN})
    describe_item(session, keeper, asset_id=number, number=3, details=details)


def _estimates(session: Session, cast: Cast) -> None:
    """Hengelo estimates what it owns, and a month later better."""
    keeper, year = cast["coordinator.hengelo"], clock.today().year
    sewer = OwnedDraft(AssetKind.SEWER, Decimal(160_000), "Rioleringsplan, 420 km", year - 1)
    for tonnes in (980_000, 1_240_000):
        road = OwnedDraft(AssetKind.ROAD, Decimal(tonnes), "Wegenlegger, 3,1 miljoen m² × 0,4 ton", year - 1)
        set_owned_mass(session, keeper, year=year, rows=[road, sewer])


def _write(session: Session, cast: Cast, slug: str, draft: AssetDraft, *parts: Made) -> int:
    keeper = cast[f"coordinator.{slug}"]
    asset = create_asset(session, keeper, draft=draft)
    for part in parts:
        item = ItemDraft(part.material, Quantity(Decimal(part.amount), part.unit), part.details, use_count=part.use_count)
        add_item(session, keeper, asset_id=asset.id, draft=item)
    return asset.id
