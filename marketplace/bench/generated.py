"""Made-up listings and demands in bulk, to try out a bank of a hundred thousand.

Rows are written past the verbs, for trials only.

The same seed gives the same rows. Each listing is in the catalogue: published, confirmed, its region's window open, its period
not over.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import chain, count, islice
from random import Random
from typing import Any

from sqlalchemy import case, func, insert, literal, select, text
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.bench.answers import draw_answers, draw_wishes, words_of
from marketplace.bench.towns import Town
from marketplace.depots.models import Lot, Movement
from marketplace.depots.rules.lots import MovementKind
from marketplace.kernel import clock
from marketplace.kernel.geo import Point, chord2_m2
from marketplace.kernel.text import search_text
from marketplace.kernel.units import Unit
from marketplace.market.actions.demands import EDGE_KM, NO_LIMIT_CHORD2_M2
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Demand, Listing, Photo, PhotoFile
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import Answer, Condition, ListingStatus, Location
from marketplace.market.rules.photos import StoredPicture
from marketplace.market.rules.values import place_columns
from marketplace.market.rules.windows import PARTNERS_WAIT
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material
from marketplace.places.rules import PlaceBasis

BATCH = 2_000
AT_ONCE = 50_000  # lots that come in by one statement
LOOKS = (
    "grijs",
    "rood",
    "bruin",
    "antraciet",
    "zwart",
    "geel",
    "licht",
    "zwaar",
    "oud",
    "gesorteerd",
    "gemengd",
    "schoon",
    "gebruikt",
)
SOURCES = (
    *(
        "fietspad",
        "schoolplein",
        "parkeerplaats",
        "woonstraat",
        "marktplein",
        "sportpark",
        "bedrijventerrein",
        "rotonde",
        "winkelstraat",
    ),
    *(
        "gemeentewerf",
        "dorpskern",
        "station",
        "viaduct",
        "zwembad",
        "gemeentehuis",
        "brandweerkazerne",
        "sporthal",
        "bushalte",
        "kade",
    ),
)
SENTENCES = (
    "Komt vrij bij de vervanging van het riool.",
    "Gesorteerd en ontdaan van mortel.",
    "Ligt op de gemeentewerf, te laden met een kraan.",
    "Op pallets, droog opgeslagen.",
    "Licht beschadigd, goed opnieuw te gebruiken.",
    "Machinaal opgenomen en gestapeld.",
    "Wisselende kleur, oude partij.",
    "Ongeveer vijf procent breuk verwacht.",
    "Rapport op aanvraag beschikbaar.",
    "Ligt nog in het werk, oogsten kan in fasen.",
    "Over van een project dat kleiner werd.",
    "Eerst komen kijken mag altijd.",
)
AMOUNTS = {
    Unit.PIECE: (5, 4000),
    Unit.M: (10, 1500),
    Unit.M2: (20, 3000),
    Unit.M3: (5, 800),
    Unit.TONNE: (5, 500),
    Unit.KG: (100, 9000),
}
STOPPING = ("asbest", "creosoot", "pak")  # a lot with any of these would not be on offer


def has_photos(session: Session) -> bool:
    """Whether there are pictures to share."""
    return session.scalar(select(Photo.id).limit(1)) is not None


def generate(
    session: Session, towns: list[Town], *, listings: int, demands: int, seed: int, picture: StoredPicture | None = None
) -> None:
    """Add this many listings and demands. A listing shares a photo with one that is there, of its group where there is one; else it gets `picture`."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        session.execute(text("SET LOCAL statement_timeout = 0"))
    source = _Source(session, towns, Random(seed))
    before, lots_before = (session.scalar(select(func.max(table.id))) or 0 for table in (Listing, Lot))
    pictures = _pictures(session, picture)
    numbers = ({"id": before + number, "lot_id": lots_before + number} for number in count(1))
    _insert(session, Listing, (row | own for row, own in zip(source.listings(listings), numbers, strict=False)))
    _insert(session, Demand, source.demands(demands))
    _share_photos(session, before, pictures)
    _bring_in(session, before)
    if is_postgresql:
        for table in ("listing", "demand", "photo", "photo_file", "lot", "movement"):
            session.execute(text(f"ANALYZE {table}"))
    bump_catalogue(session)


@cache
def _words(part: str) -> tuple[str, ...]:
    """Make the search words of a part, cached. Put together they are what `listing_search_text` gives for the whole."""
    return tuple(search_text(part).split())


class _Source:
    """Draws rows; every draw comes from the one random source, in one order."""

    def __init__(self, session: Session, towns: list[Town], random: Random) -> None:
        self.random = random
        self.towns = towns
        self.weights = [town.weight for town in towns]
        self.today, self.now = clock.today(), clock.now()
        taxonomy = get_taxonomy(session)
        self.version, self.fields = taxonomy.version, taxonomy.fields_by_slug
        self.materials = [material for material in taxonomy.materials if material.is_tradable]
        self.material_weights = [1 / (20 + number) for number in range(len(self.materials))]
        rows = session.execute(
            select(Organisation.slug, Organisation.id)
            .where(Organisation.kind == OrganisationKind.MUNICIPALITY)
            .order_by(Organisation.id)
        )
        self.organisations = {row[0]: row[1] for row in rows}

    def listings(self, count: int) -> Iterator[dict[str, Any]]:
        for _number in range(count):
            yield self._listing()

    def demands(self, count: int) -> Iterator[dict[str, Any]]:
        for _number in range(count):
            yield self._demand()

    def _thing(self) -> tuple[Material, Location, dict[str, Any]]:
        """What listings and demands share: material, quantity, place, organisation."""
        random = self.random
        material = random.choices(self.materials, self.material_weights)[0]
        town = random.choices(self.towns, self.weights)[0]
        point = Point(round(town.point.lat + random.gauss(0, 0.012), 6), round(town.point.lon + random.gauss(0, 0.02), 6))
        organisation = self.organisations.get(town.municipality) or random.choice(list(self.organisations.values()))
        least, most = AMOUNTS[material.default_unit]
        location = Location(town.name, town.municipality, point, PlaceBasis.POINT)
        shared: dict[str, Any] = {
            "version": 1,
            "organisation_id": organisation,
            "created_by_id": None,
            "material_id": material.id,
            "quantity": Decimal(random.randint(least, most)),
            "unit": material.default_unit.value,
            "project": "",
            **place_columns(location),
        }
        return material, location, shared

    def _listing(self) -> dict[str, Any]:
        random, today = self.random, self.today
        material, _location, shared = self._thing()
        look, origin, values = random.choice(LOOKS), random.choice(SOURCES), random.sample(SENTENCES, 3)
        fields = draw_answers(random, material)
        answered = (words_of(self.fields[slug], value) for slug, value in sorted(fields.items()))
        parts = (material.name_nl, look, "van", origin, *material.search_words)
        made = chain((_words(part) for part in parts), answered, (_words(part) for part in values))
        words = dict.fromkeys(chain.from_iterable(made))
        published: datetime = self.now - timedelta(minutes=random.randint(0, 50 * 24 * 60))
        opened: date = clock.local(published).date()
        first = today + timedelta(random.randint(-60, 90))
        drawn = {code: random.choices(("no", "unknown", "yes"), (14, 5, 1))[0] for code in sorted(material.hazard_codes)}
        answers = {code: Answer.NO.value if code in STOPPING else answer for code, answer in drawn.items()}
        said_yes = [code for code, answer in answers.items() if answer == Answer.YES]
        return {
            **shared,
            "listed": shared["quantity"],
            "status": ListingStatus.PUBLISHED.value,
            "created_at": published,
            "published_at": published,
            "confirmed_on": opened,
            "region_from": opened,
            "turns_told_on": today,
            "partners_from": opened + PARTNERS_WAIT,
            "title": f"{material.name_nl}, {look}, van {origin}",
            "description": " ".join(values),
            "held": Decimal(0),
            "transferred": Decimal(0),
            "quantity_basis": "estimated",
            "condition": random.choice(("new", "good", "good", "good", "fair", "fair", "poor")),
            "available_from": first,
            "available_until": None if random.random() < 0.2 else max(first, today) + timedelta(random.randint(20, 300)),
            "price_cents_per_unit": None if random.random() < 0.7 else random.randint(10, 5000),
            "asbestos_suspected": Answer.NO.value,
            "hazards": answers,
            "hazards_yes": f"|{'|'.join(said_yes)}|" if said_yes else "",
            "hazards_unknown": Answer.UNKNOWN in answers.values(),
            "fields": fields,
            "fields_version": self.version,
            "remarks": "",
            "search_text": " ".join(words),
        }

    def _demand(self) -> dict[str, Any]:
        random = self.random
        material, location, shared = self._thing()
        first = self.today + timedelta(random.randint(-10, 120))
        farthest = random.choice((5, 10, 15, 25, 40, None))
        return {
            **shared,
            "status": DemandStatus.OPEN.value,
            "created_at": self.now - timedelta(minutes=random.randint(0, 90 * 24 * 60)),
            "title": f"{material.name_nl} voor {random.choice(SOURCES)} in {location.place_name}"[:120],
            "description": "",
            "fulfilled": Decimal(0),
            "min_condition": random.choice((Condition.GOOD, Condition.FAIR, Condition.FAIR, Condition.POOR)).value,
            "needed_from": first,
            "needed_until": max(first, self.today) + timedelta(random.randint(14, 180)),
            "max_distance_km": None if farthest is None else Decimal(farthest),
            "reach_chord2_m2": NO_LIMIT_CHORD2_M2 if farthest is None else chord2_m2(farthest + EDGE_KM),
            "accepts_hazards": [],
            "accepts_unknown_hazards": random.random() < 0.8,
            "fields": draw_wishes(random, material),
            "fields_version": self.version,
            "department": "",
            "confirmed_on": self.today,
        }


def _insert(session: Session, model: type[Listing] | type[Demand], rows: Iterator[dict[str, Any]]) -> None:
    if session.get_bind().dialect.name == "postgresql":
        _copy(session, model, rows)
        return
    while batch := list(islice(rows, BATCH)):
        session.execute(insert(model.__table__), batch)  # type: ignore[arg-type]


def _copy(session: Session, model: type[Listing] | type[Demand], rows: Iterator[dict[str, Any]]) -> None:
    """PostgreSQL takes rows by COPY in a third of the time."""
    first = next(rows, None)
    if first is None:
        return
    dialect = session.get_bind().dialect
    columns = model.__table__.c
    plain = [(name, columns[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in first]
    session.execute(text("SET LOCAL gin_pending_list_limit = '64MB'"))
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {model.__tablename__} ({', '.join(first)}) FROM STDIN") as copy:
        for row in chain([first], rows):
            copy.write_row([row[name] if processed is None else processed(row[name]) for name, processed in plain])


def _pictures(session: Session, picture: StoredPicture | None) -> dict[str, dict[str, Any]]:
    """Files by group slug, and under "" what the other groups get. Every size is the smallest one: a generated lot has one file."""
    taxonomy = get_taxonomy(session)
    result: dict[str, dict[str, Any]] = {}
    rows = session.execute(
        select(Listing.material_id, Photo.files).join(Photo, Photo.listing_id == Listing.id).order_by(Photo.id).limit(1_000)
    )
    for material_id, files in rows:
        result.setdefault(taxonomy.material_by_id(material_id).group.slug, dict.fromkeys(files, files["webp-480"]))
    if picture is not None:
        name, width, height = picture.files["webp-480"]
        result[""] = {key: {"name": name, "width": width, "height": height} for key in picture.files}
    elif result:
        result[""] = next(iter(result.values()))
    return result


def _share_photos(session: Session, before: int, pictures: dict[str, dict[str, Any]]) -> None:
    taxonomy, now = get_taxonomy(session), clock.now()
    groups = {group.slug: pictures.get(group.slug) or pictures[""] for group in taxonomy.groups} if pictures else {}
    for slug, files in groups.items():
        ids = sorted(taxonomy.ids_of(groups=[slug]))
        lots = select(
            Listing.id, literal(1), Listing.title, literal(files, Photo.files.type), literal(now, Photo.created_at.type)
        )
        lots = lots.where(Listing.id > before, Listing.material_id.in_(ids))
        session.execute(insert(Photo).from_select(["listing_id", "position", "alt", "files", "created_at"], lots))
        of_files = select(literal(files["webp-480"]["name"]), Photo.id).join(Listing, Listing.id == Photo.listing_id)
        session.execute(
            insert(PhotoFile).from_select(["name", "photo_id"], of_files.where(Listing.id > before, Listing.material_id.in_(ids)))
        )


def _bring_in(session: Session, before: int) -> None:
    """The lots behind the listings: each came in when its listing was published."""
    weights = {
        item.id: literal(item.kg_per_unit(item.default_unit), Lot.kg_per_unit.type) for item in get_taxonomy(session).materials
    }
    described: dict[str, Any] = {
        "id": Listing.lot_id,
        "material_id": Listing.material_id,
        "title": Listing.title,
        "unit": Listing.unit,
        "quantity": Listing.quantity,
        "kg_per_unit": case(weights, value=Listing.material_id),
        "kg_basis": literal("taxonomy"),
        "condition": Listing.condition,
        "owner_id": Listing.organisation_id,
        "holder_id": Listing.organisation_id,
        "place_name": Listing.place_name,
        "lat": Listing.lat,
        "lon": Listing.lon,
        "created_at": Listing.published_at,
        "pallets": literal(0),
        "bay": literal(""),
    }
    moved: dict[str, Any] = {
        "lot_id": Listing.lot_id,
        "kind": literal(MovementKind.IN.value),
        "quantity": Listing.quantity,
        "kg_per_unit": case(weights, value=Listing.material_id),
        "pallets": literal(0),
        "happened_on": Listing.confirmed_on,
        "at": Listing.published_at,
        "owner_id": Listing.organisation_id,
        "holder_id": Listing.organisation_id,
        "bay": literal(""),
        "reason": literal(""),
        "listing_id": Listing.id,
    }
    last = session.scalar(select(func.max(Listing.id))) or 0
    for first in range(before, last, AT_ONCE):  # a million at once takes longer than a statement may
        some = Listing.id.between(first + 1, first + AT_ONCE)
        for model, columns in ((Lot, described), (Movement, moved)):
            session.execute(insert(model).from_select(list(columns), select(*columns.values()).where(some)))
    if session.get_bind().dialect.name == "postgresql":
        for table in ("listing", "lot"):
            session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))
