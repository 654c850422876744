"""The demonstration's adviser: opinions, a request for one, and a lot from before a rule."""

from marketplace.accounts.actions.organisations import create_organisation
from marketplace.accounts.actions.people import add_person
from marketplace.accounts.policy import OPERATOR, Actor
from marketplace.accounts.queries.sessions import get_actor
from marketplace.accounts.rules.accounts import OrganisationKind, Role
from marketplace.accounts.rules.organisations import OrganisationDraft
from marketplace.advice.actions.opinions import ask_for_opinion, give_opinion
from marketplace.advice.actions.requirements import check_lot, tell_owner
from marketplace.advice.queries.requirements import list_lots_to_check, list_owners_to_tell
from marketplace.advice.rules.opinions import OpinionDraft
from marketplace.cli.demo_lots import Cast
from marketplace.documents.rules import Verdict
from marketplace.kernel.db import Session
from marketplace.kernel.geo import Point
from marketplace.market.models import Listing

DECLARATION = "environmental-declaration"
OPINIONS = (
    ("A09", Verdict.POSITIVE, "De banden komen uit één straat en zijn onverdacht. Hergebruik als trottoirband is akkoord."),
    (
        "A19",
        Verdict.CONDITIONAL,
        "Akkoord als de wanden niet in of bij oppervlaktewater komen. Laat anders een partijkeuring doen.",
    ),
)
ASKED = ("A02", "hengelo", "Er is geen partijkeuring. De stenen lagen dertig jaar in een fietspad. Is een oordeel genoeg?")
OLD_LOT = ("A15", "pfas")  # published before PFAS had to be known


def make_adviser(session: Session, password_hash: str, domain: str) -> Actor:
    """Make the environmental service with one adviser."""
    draft = OrganisationDraft(
        name="Omgevingsdienst Twente",
        kind=OrganisationKind.ADVISER,
        main_place="Almelo",
        point=Point(52.35667, 6.6625),
        alert_email="meldpunt@omgevingsdienst.example",
    )
    organisation = create_organisation(session, OPERATOR, draft=draft)
    person = add_person(
        session,
        email=f"adviseur@{domain}",
        name="Adviseur Omgevingsdienst Twente",
        organisation_id=organisation.id,
        role=Role.PROJECT_LEADER,
        password_hash=password_hash,
    )
    return get_actor(session, person.id, origin="cli")


def load_advice(session: Session, cast: Cast, adviser: Actor, lots: dict[str, Listing]) -> None:
    """Load two opinions, a request for one, and a lot that was published before a rule came."""
    for code, verdict, text in OPINIONS:
        give_opinion(session, adviser, listing_id=lots[code].id, draft=OpinionDraft(verdict, text, DECLARATION))
    code, owner, text = ASKED
    ask_for_opinion(session, cast[owner], listing_id=lots[code].id, text=text)
    code, unsaid = OLD_LOT
    old = session.get_one(Listing, lots[code].id)
    old.fields = {slug: value for slug, value in old.fields.items() if slug != unsaid}
    session.flush()
    for listing_id in list_lots_to_check(session):
        check_lot(session, listing_id=listing_id)
    for organisation_id in list_owners_to_tell(session):
        tell_owner(session, organisation_id=organisation_id)
