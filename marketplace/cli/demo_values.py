"""Made-up prices of the demonstration, an appraisal, and two valuations.

One of last year, one of today. The prices are nobody's: each says so as its source, in the table, on every page and on every paper.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from marketplace.accounts.policy import Actor
from marketplace.cli.demo_lots import Cast
from marketplace.jobs.valuations import value_at_once
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Condition
from marketplace.materials.rules.lists import ListFile, ListRow
from marketplace.passports.actions.assets import create_asset
from marketplace.passports.actions.items import add_item, change_item
from marketplace.passports.models import Asset
from marketplace.passports.queries.assets import list_assets
from marketplace.passports.rules.assets import AssetDraft, AssetFilter, AssetKind
from marketplace.passports.rules.items import ChangeDraft, ChangeKind, Detachability, ItemDetails, ItemDraft, KnownBy
from marketplace.valuations.actions.appraisals import appraise
from marketplace.valuations.actions.prices import load_prices
from marketplace.valuations.rules.appraisals import AppraisalDraft

MADE_UP = "Verzonnen voor de demonstratie, geen echte prijs"
COLUMNS = ("materiaal", "kwaliteit", "eenheid", "laag", "hoog", "bron", "peildatum", "uitnemen", "schoonmaken", "vervoer")
PRICES: tuple[tuple[str, str, str, str, str, str, str, str], ...] = (
    ("betonstraatsteen-kei-8cm", "goed", "m2", "4,00", "7,00", "1,50", "", "0,80"),
    ("betonstraatsteen-kei-8cm", "", "m2", "2,50", "5,00", "1,50", "0,40", "0,80"),
    ("betontegel-30x30x4-5", "", "m2", "1,50", "3,50", "1,20", "", "0,60"),
    ("menggranulaat-0-31-5", "", "m3", "6,00", "11,00", "2,00", "", "3,50"),
    ("straatzand", "", "m3", "3,00", "5,00", "", "", "3,50"),
    ("trottoirband-13-15x25", "", "m", "3,00", "6,50", "2,25", "", "0,90"),
    ("lichtmast-staal-6m", "goed", "stuk", "60,00", "140,00", "45,00", "", "12,00"),
    ("stalen-balk-heb200", "", "m", "22,00", "38,00", "9,00", "", "1,75"),
    ("hardhouten-dekplank", "", "m2", "12,00", "30,00", "6,00", "2,00", ""),
    ("leuning-staal", "", "m", "15,00", "35,00", "5,00", "", "1,10"),
    ("kozijn-aluminium", "", "m2", "8,00", "25,00", "10,00", "", "2,00"),
)
DEARER = Decimal("1.10")
LAST_YEAR = (11, 15)


def load_last_year(session: Session, cast: Cast) -> None:
    """Last year: a table of prices, two passports of Hengelo and their first valuation."""
    with clock.frozen(_last_year()):
        keeper = cast["coordinator.hengelo"]
        load_prices(session, cast["aoce"], file=_table(date(clock.today().year, 1, 1), Decimal(1)))
        path = _asset(session, keeper, "Fietspad Kuipersdijk", AssetKind.ROAD, Point(52.2571, 6.8012))
        _part(session, keeper, path, "betontegel-30x30x4-5", "2600", Unit.M2, Condition.FAIR)
        _part(session, keeper, path, "straatzand", "130", Unit.M3, None)
        bridge = _asset(session, keeper, "Loopbrug Drienerbeek", AssetKind.BRIDGE, Point(52.2433, 6.8101))
        _part(session, keeper, bridge, "stalen-balk-heb200", "36", Unit.M, Condition.GOOD)
        _part(session, keeper, bridge, "hardhouten-dekplank", "64", Unit.M2, Condition.POOR)
        lights = _asset(session, keeper, "Lichtmasten Berflo Es", AssetKind.STREET_FURNITURE, Point(52.2590, 6.7805))
        number = _part(session, keeper, lights, "armatuur-conventioneel", "40", Unit.PIECE, Condition.FAIR)
        report = AppraisalDraft(
            60_000, "W. ter Braak", clock.today(), "Taxatie openbare verlichting, verzonnen voor de demonstratie"
        )
        appraise(session, keeper, asset_id=lights, number=number, draft=report)
        _value(session, keeper)


def load_this_year(session: Session, cast: Cast) -> None:
    """This year: dearer prices, and a valuation of today beside that of last year.

    A bridge was taken out, and tiles broke.
    """
    keeper, today = cast["coordinator.hengelo"], clock.today()
    load_prices(session, cast["aoce"], file=_table(date(today.year, 1, 1), DEARER))
    names = {asset.name: asset for asset in _own(session, keeper)}
    bridge, path = names["Loopbrug Drienerbeek"], names["Fietspad Kuipersdijk"]
    for number, amount in ((1, "36"), (2, "64")):
        gone = ChangeDraft(ChangeKind.TAKEN_OUT, Decimal(amount), today, "Vervangen door een duiker, in het depot")
        change_item(session, keeper, asset_id=bridge.id, number=number, change=gone)
    lost = ChangeDraft(ChangeKind.LOST, Decimal(45), today, "Gebroken bij een storing van het waternet")
    change_item(session, keeper, asset_id=path.id, number=1, change=lost)
    again = ChangeDraft(ChangeKind.COUNTED, Decimal(142), today, "Opnieuw ingemeten")
    change_item(session, keeper, asset_id=path.id, number=2, change=again)
    _value(session, keeper)
    _value(session, cast["coordinator.borne"])


def _last_year() -> datetime:
    month, day = LAST_YEAR
    return datetime.combine(date(clock.today().year - 1, month, day), time(9), UTC)


def _table(priced_on: date, times: Decimal) -> ListFile:
    rows = []
    for number, (material, condition, unit, low, high, *costs) in enumerate(PRICES, start=2):
        ends = (f"{Decimal(price.replace(',', '.')) * times:.2f}".replace(".", ",") for price in (low, high))
        cells = (material, condition, unit, *ends, MADE_UP, priced_on.isoformat(), *costs)
        rows.append(ListRow(number, dict(zip(COLUMNS, cells, strict=True))))
    name = f"Voorbeeldprijzen {priced_on.year}, verzonnen.csv"
    return ListFile(name, f"demonstration-{priced_on.year}".ljust(64, "0"), COLUMNS, tuple(rows))


def _own(session: Session, keeper: Actor) -> Sequence[Asset]:
    assets, _total = list_assets(session, keeper, AssetFilter(organisation_id=keeper.organisation_id, page_size=100))
    return assets


def _asset(session: Session, keeper: Actor, name: str, kind: AssetKind, point: Point) -> int:
    draft = AssetDraft(name, kind, point, place_name="Hengelo", municipality="hengelo")
    return create_asset(session, keeper, draft=draft).id


def _part(
    session: Session, keeper: Actor, asset_id: int, material: str, amount: str, unit: Unit, condition: Condition | None
) -> int:
    details = ItemDetails(
        known_by=KnownBy.MEASURED, source="Beheersysteem", detachability=Detachability.LOOSE, condition=condition
    )
    draft = ItemDraft(material, Quantity(Decimal(amount), unit), details)
    return add_item(session, keeper, asset_id=asset_id, draft=draft).number


def _value(session: Session, keeper: Actor) -> None:
    value_at_once(session, keeper, organisation_id=int(keeper.organisation_id or 0), as_of=clock.today())
