"""The demonstration's people, its forty lots and twenty demands.

From the shipped files, dates shifted to today, by the real verbs.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from marketplace.accounts.actions.organisations import ask_to_join, create_organisation
from marketplace.accounts.actions.people import add_person
from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import ANONYMOUS, OPERATOR, Actor
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.accounts.rules.accounts import REGION_SLUG, OrganisationKind, Role
from marketplace.accounts.rules.organisations import JoinDraft, OrganisationDraft, SubKind
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.files import SHIPPED, Media
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, read_unit
from marketplace.market.actions.demands import store_demand
from marketplace.market.actions.listings import create_listing, mark_published
from marketplace.market.actions.photos import add_photo, store_picture
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.listing import Answer, Condition, ListingDraft, Location, Packaging, QuantityBasis
from marketplace.market.rules.photos import StoredPicture
from marketplace.places.rules import PlaceBasis

WRITTEN_FOR = date(2026, 12, 15)  # the files' own "today"
CONDITIONS = {
    "ongebruikt": Condition.NEW,
    "goed": Condition.GOOD,
    "redelijk": Condition.FAIR,
    "opknappen": Condition.POOR,
    "recyclen": Condition.POOR,
}
EXAMINED = ("A12", "A13", "A20")  # lots that may hold asbestos, and were looked at
Cast = dict[str, Actor]
Pictures = dict[str, StoredPicture]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a shipped file, oldest id first."""
    with (SHIPPED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shifted(written: str) -> date | None:
    """Move a date of the file by whole days, so that 2026-12-15 is today. An empty cell is no date."""
    return date.fromisoformat(written) + (clock.today() - WRITTEN_FOR) if written else None


def store_pictures(media: Media) -> Pictures:
    """Store the shipped pictures, developed like uploads; returns them by name. Done before any transaction begins."""
    files = sorted((SHIPPED / "demo").glob("*.webp"))
    with ThreadPoolExecutor() as pool:
        stored = pool.map(lambda file: store_picture(media, file.read_bytes()), files)
        return {file.stem: picture for file, picture in zip(files, stored, strict=True)}


def _people(organisations: Iterator[Organisation], domain: str) -> Iterator[tuple[str, str, str, Organisation, Role]]:
    for organisation in organisations:
        slug, name = organisation.slug, organisation.name
        yield slug, f"projectleider.{slug}@{domain}", f"Projectleider {name}", organisation, Role.PROJECT_LEADER
        yield f"coordinator.{slug}", f"coordinator.{slug}@{domain}", f"Coördinator {name}", organisation, Role.COORDINATOR
        if slug == REGION_SLUG:
            yield "aoce", f"aoce@{domain}", "AO CE", organisation, Role.REVIEWER
            yield "beheer", f"beheer@{domain}", "Platformbeheer", organisation, Role.ADMIN


def make_partner(session: Session) -> Organisation:
    """Make the demonstration's partners; a housing corporation asks to join. The answer is the water board."""
    chain = OrganisationDraft(
        name="Twentse Sloopwerken",
        kind=OrganisationKind.PARTNER,
        sub_kind=SubKind.DEMOLITION,
        main_place="Rijssen",
        point=Point(52.3072, 6.5184),
    )
    create_organisation(session, OPERATOR, draft=chain)
    draft = OrganisationDraft(
        name="Waterschap Vechtstromen",
        kind=OrganisationKind.PARTNER,
        sub_kind=SubKind.WATER_BOARD,
        main_place="Almelo",
        point=Point(52.35667, 6.6625),
        email_domain="vechtstromen.nl",
    )
    partner = create_organisation(session, OPERATOR, draft=draft)
    draft_of_another = JoinDraft(
        organisation="Woningstichting Het Twentse Dak",
        sub_kind=SubKind.HOUSING_CORPORATION,
        place="Hengelo",
        name="Noor Wissink",
        email="n.wissink@twentsedak.example",
        message="Wij renoveren de komende jaren 400 woningen en willen dakpannen en kozijnen aanbieden.",
    )
    ask_to_join(session, ANONYMOUS, draft=draft_of_another)
    return partner


def make_people(session: Session, password_hash: str, domain: str) -> Cast:
    """Make the demonstration's people; returns them by slug, `coordinator.<slug>` and name.

    A project leader and a coordinator in each organisation, the AO CE and the administrator.
    """
    cast: Cast = {}
    for key, email, name, organisation, role in _people(iter(list_organisations(session)), domain):
        person = add_person(
            session, email=email, name=name, organisation_id=organisation.id, role=role, password_hash=password_hash
        )
        cast[key] = Actor(
            person_id=person.id,
            name=name,
            organisation_id=organisation.id,
            organisation_slug=organisation.slug,
            organisation_name=organisation.name,
            organisation_kind=organisation.kind,
            role=role,
            origin="cli",
        )
    return cast


def slug_of(cast: Cast, municipality: str) -> str:
    """The slug of a municipality by its name in the files."""
    return next(actor.organisation_slug for actor in cast.values() if actor.organisation_name == municipality)


def place_of(cast: Cast, row: dict[str, str]) -> Location:
    """Where the file says that it lies."""
    point = Point(float(row["lat"]), float(row["lon"]))
    return Location(row["plaats"], slug_of(cast, row["gemeente"]), point, PlaceBasis.PLACE)


def quantity_of(row: dict[str, str]) -> Quantity:
    """The quantity in the file's unit."""
    return Quantity(Decimal(row["hoeveelheid"]), read_unit(row["eenheid"]))


@cache
def read_field_answers() -> dict[str, dict[str, str]]:
    """What is said of the fields of each lot, by its id in the file."""
    answers: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in rows("demo_velden.csv"):
        answers[row["id"]][row["veld"]] = row["waarde"]
    return answers


@cache
def wished_in_demonstration() -> dict[str, dict[str, dict[str, Any]]]:
    """What each demand asks of the fields, by its id in the file."""
    wishes: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rows("demo_wensen.csv"):
        bound = row["waarde"].split(";") if row["hoe"] == "oneOf" else row["waarde"]
        wishes[row["id"]].setdefault(row["veld"], {})[row["hoe"]] = bound
    return wishes


def _answers(lot: str) -> dict[str, str]:
    """What is said of a lot of the file today. In the stories of earlier years its proof is of a month before."""
    month_ago = (clock.today() - timedelta(days=30)).isoformat()
    answers = read_field_answers().get(lot, {})
    return {slug: min(value, month_ago) if slug == "proof-date" else value for slug, value in answers.items()}


def draft_of(cast: Cast, row: dict[str, str], **changes: Any) -> ListingDraft:
    """A lot of the file as a project leader would have typed it."""
    values: dict[str, Any] = {
        "title": row["titel"],
        "material": row["materiaal"],
        "quantity": quantity_of(row),
        "condition": CONDITIONS[row["conditie"]],
        "available_from": shifted(row["beschikbaar_vanaf"]),
        "available_until": shifted(row["beschikbaar_tot"]),
        "location": place_of(cast, row),
        "description": row["omschrijving"],
        "quantity_basis": QuantityBasis.MEASURED if "op pallets" in row["omschrijving"] else QuantityBasis.ESTIMATED,
        "packaging": Packaging.PALLET if "pallets" in row["omschrijving"] else None,
        "fields": _answers(row["id"]) if "material" not in changes else None,
    }
    if row["id"] in EXAMINED and "material" not in changes:
        values |= {"asbestos_suspected": Answer.NO, "hazards": {"asbest": Answer.NO}}
    return ListingDraft(**{**values, **changes})


def make_listings(session: Session, cast: Cast, pictures: Pictures) -> dict[str, Listing]:
    """The forty lots, published today; by their id in the file."""
    made = {}
    for row in rows("demo_aanbod.csv"):
        actor = cast[slug_of(cast, row["gemeente"])]
        listing = create_listing(session, actor, draft_of(cast, row))
        add_photo(session, actor, listing_id=listing.id, picture=pictures[row["id"]], alt=row["titel"])
        made[row["id"]] = mark_published(session, actor, listing_id=listing.id)
    return made


def make_demands(session: Session, cast: Cast) -> dict[str, Demand]:
    """The twenty demands, open from today; by their id in the file."""
    made = {}
    for row in rows("demo_vraag.csv"):
        needed_from, needed_until = shifted(row["nodig_vanaf"]), shifted(row["nodig_tot"])
        if needed_from is None or needed_until is None:
            continue
        draft = DemandDraft(
            title=row["titel"],
            material=row["materiaal"],
            quantity=quantity_of(row),
            min_condition=CONDITIONS[row["min_conditie"]],
            needed_from=needed_from,
            needed_until=needed_until,
            location=place_of(cast, row),
            description=row["omschrijving"],
            fields=wished_in_demonstration().get(row["id"], {}),
        )
        made[row["id"]] = store_demand(session, cast[slug_of(cast, row["gemeente"])], draft)
    return made
