"""What a test needs to begin with: organisations, people, a taxonomy, listings, demands. Real rows by the real verbs."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.tokens import create_machine, create_token
from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.policy import OPERATOR, Actor
from marketplace.accounts.rules.tokens import TokenDraft
from marketplace.documents.actions import add_paper
from marketplace.documents.models import Paper
from marketplace.documents.rules import PaperDraft, StoredFile
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.geo import Point
from marketplace.kernel.text import fold
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.demands import store_demand
from marketplace.market.actions.listings import create_listing, mark_published
from marketplace.market.actions.photos import add_photo
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.listing import Answer, Condition, ListingDraft, Location
from marketplace.market.rules.photos import StoredPicture
from marketplace.materials.actions import sync
from marketplace.materials.queries import find_newest_version, get_taxonomy
from marketplace.places.rules import PlaceBasis

KEI = "betonstraatsteen-kei-8cm"  # 185 kg/m², 44 pieces/m², 0.1188 kg CO2e/kg
NEEDED_ANSWERS = {
    "pak10-mg-per-kg": "12",
    "tar": "no",
    "soil-class": "agriculture-nature",
    "pfas": "agriculture-nature",
    "proof": "batch-inspection",
    "treatment": "none",
    "play-certificate": "yes",
}
PLACES = {
    "almelo": ("Almelo", 52.35667, 6.6625),
    "borne": ("Borne", 52.30136, 6.7482),
    "hengelo": ("Hengelo", 52.26583, 6.79306),
    "losser": ("Losser", 52.26083, 7.00417),
    "wierden": ("Wierden", 52.35917, 6.59306),
    "regio-twente": ("Regio Twente", 52.21833, 6.89583),
}


def seed_taxonomy(session: Session) -> None:
    """The reference data that the package ships, unless it is there."""
    if find_newest_version(session) is None:
        sync(session, OPERATOR)


def make_organisation(session: Session, slug: str, kind: str = "") -> Organisation:
    """An organisation of the region by its slug, or a partner; the same one when it is there."""
    there = session.scalars(select(Organisation).where(Organisation.slug == slug)).one_or_none()
    if there is not None:
        return there
    name, lat, lon = PLACES.get(slug, (slug.title(), 52.30, 6.80))
    kind = kind or ("region" if slug == "regio-twente" else "municipality")
    organisation = Organisation(slug=slug, name=name, sort_key=fold(name), kind=kind, main_place=name, main_lat=lat, main_lon=lon)
    session.add(organisation)
    session.flush()
    return organisation


def make_person(session: Session, organisation: Organisation, role: str = "project_leader", **changes: Any) -> Person:
    """A person with a password that nobody knows."""
    now = clock.now()
    count = session.scalar(select(func.count(Person.id)))
    values = {
        "email": f"{role}.{count}@{organisation.slug}.example",
        "name": f"{role} {organisation.name}",
        "password_hash": "!",
        "created_at": now,
        "password_changed_at": now,
    }
    person = Person(organisation_id=organisation.id, role=role, **{**values, **changes})
    session.add(person)
    session.flush()
    return person


def make_actor(session: Session, slug: str, role: str = "project_leader", kind: str = "") -> Actor:
    """Somebody of an organisation, as a door would know them."""
    organisation = make_organisation(session, slug, kind)
    person = make_person(session, organisation, role)
    return Actor(
        person_id=person.id,
        name=person.name,
        organisation_id=organisation.id,
        organisation_slug=organisation.slug,
        organisation_name=organisation.name,
        organisation_kind=organisation.kind,
        role=role,
    )


def make_token(session: Session, actor: Actor, name: str = "test", *, person_id: int | None = None, **terms: Any) -> str:
    """The secret of a new token, as its owner was shown it."""
    return create_token(session, actor, draft=TokenDraft(name, **terms), person_id=person_id)[1]


def make_machine(session: Session, slug: str, name: str = "Voorraadsysteem", kind: str = "") -> Person:
    """A machine account of an organisation, made by a coordinator of it."""
    coordinator = make_actor(session, slug, "coordinator", kind)
    return create_machine(session, coordinator, organisation_id=int(coordinator.organisation_id or 0), name=name)


def location(slug: str = "hengelo", lat: float | None = None, lon: float | None = None) -> Location:
    """The middle of a place, or a point in it."""
    name, place_lat, place_lon = PLACES[slug]
    return Location(name, slug, Point(lat or place_lat, lon or place_lon), PlaceBasis.POINT)


def listing_draft(slug: str = "hengelo", **changes: Any) -> ListingDraft:
    """1 200 m² of pavers, free from last week to 30 days from now."""
    today = clock.today()
    values: dict[str, Any] = {
        "title": "Grijze betonstraatstenen",
        "material": KEI,
        "quantity": Quantity(Decimal(1200), Unit.M2),
        "condition": Condition.GOOD,
        "available_from": today - timedelta(days=7),
        "available_until": today + timedelta(days=30),
        "location": location(slug) if slug in PLACES else None,
    }
    return ListingDraft(**{**values, **changes})


def needed_answers(session: Session, material: str) -> dict[str, str]:
    """An answer to everything without which a lot of this material is not published: one that stands in nobody's way."""
    return {
        field.slug: NEEDED_ANSWERS[field.slug] for field in get_taxonomy(session).material(material).fields if field.is_needed
    }


def make_draft(session: Session, owner: Actor, **changes: Any) -> Listing:
    """A listing that is not published yet, with a photo and an answer to what its material needs."""
    slug = changes.get("material", KEI)
    changes.setdefault("fields", needed_answers(session, slug))
    if "asbest" in get_taxonomy(session).material(slug).hazard_codes:
        changes = {"asbestos_suspected": Answer.NO, "hazards": {"asbest": Answer.NO}, **changes}
    slug = owner.organisation_slug if owner.organisation_slug in PLACES else "hengelo"
    listing = create_listing(session, owner, listing_draft(slug, **changes))
    photograph(session, owner, listing)
    return listing


def photograph(session: Session, owner: Actor, listing: Listing) -> None:
    """A photo of a lot, without which nothing is published."""
    picture = StoredPicture(
        dict.fromkeys(("webp-480", "webp-960", "webp-1600", "jpeg-1200"), (f"{listing.id:064d}.webp", 480, 360))
    )
    add_photo(session, owner, listing_id=listing.id, picture=picture, alt="Stapel stenen")


def declare(
    session: Session, owner: Actor, listing: Listing, *, kind: str = "batch-inspection", valid_until: date | None = None
) -> Paper:
    """A paper of a lot, by default the environmental declaration with which stone may go to another owner."""
    count = session.scalar(select(func.count(Paper.id))) or 0
    return add_paper(
        session,
        owner,
        listing_id=listing.id,
        organisation_id=listing.organisation_id,
        draft=PaperDraft(kind, clock.today() - timedelta(days=30), f"K-{count + 1}", "Keurlab Oost", valid_until),
        file=StoredFile(f"{count + 1:064d}.pdf", "application/pdf", 1200, 2),
        is_proof=True,
    )


def declare_as_owner(database: Database, listing_id: int) -> None:
    """The same by somebody of the organisation whose lot it is, for a lot that was made over a door."""
    with database.transaction() as session:
        listing = session.get_one(Listing, listing_id)
        organisation = session.get_one(Organisation, listing.organisation_id)
        declare(session, make_actor(session, organisation.slug, kind=organisation.kind), listing)


def make_listing(session: Session, owner: Actor, *, is_declared: bool = True, **changes: Any) -> Listing:
    """A published listing with a photo, and with what it needs to go to another owner."""
    listing = make_draft(session, owner, **changes)
    if is_declared:
        declare(session, owner, listing)
    return mark_published(session, owner, listing_id=listing.id)


def demand_draft(slug: str = "borne", **changes: Any) -> DemandDraft:
    """800 m² of pavers within 15 km, from today for 60 days."""
    today: date = clock.today()
    values: dict[str, Any] = {
        "title": "Stenen voor het parkeerhof",
        "material": KEI,
        "quantity": Quantity(Decimal(800), Unit.M2),
        "min_condition": Condition.FAIR,
        "needed_from": today,
        "needed_until": today + timedelta(days=60),
        "location": location(slug) if slug in PLACES else None,
        "max_distance_km": Decimal(15),
    }
    return DemandDraft(**{**values, **changes})


def make_demand(session: Session, asker: Actor, **changes: Any) -> Demand:
    """An open demand."""
    slug = asker.organisation_slug if asker.organisation_slug in PLACES else "borne"
    return store_demand(session, asker, demand_draft(slug, **changes))
