"""Years that were adopted, with masses in tonnes: for tests of what is published about them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.impact.actions.goals import seed_goals
from tests import adopting
from tests.entries import append_entry, append_reversal
from tests.factories import make_actor, seed_taxonomy

YEAR = 2025


def seed(session: Session) -> Actor:
    """The region with its goals and materials; gives the reviewer of the AO CE."""
    if session.scalars(select(Organisation).where(Organisation.slug == "regio-twente")).first() is None:
        seed_region(session)
        seed_goals(session)
        seed_taxonomy(session)
    return make_actor(session, "regio-twente", "reviewer")


def adopt_year(session: Session, slug: str, *, includes_bank: int = 0, year: int = YEAR, **tonnes: int) -> None:
    """A municipality reports a year in tonnes by origin, and the AO CE adopts it."""
    seed(session)
    kg = {origin: mass * 1000 for origin, mass in tonnes.items()}
    adopting.adopt_year(session, slug, year, included=includes_bank * 1000, **kg)


def four_years(session: Session) -> None:
    """Enschede 4 200 of 10 200 t, Hengelo 2 000 of 5 000 t, Almelo and Hof van Twente none of 2 400 t each;
    55 % of the inhabitants.

    Through the bank in the year: 200 t to Enschede, 259 t to Hengelo, 10 t to Borne, which adopted nothing, and 30 t to Losser of which all
    came back. Of the 10 t no factor is known.
    """
    seed(session)
    day = date(YEAR, 3, 15)
    append_entry(session, "hengelo", "enschede", mass_kg="200000", happened_on=day, replaces_purchase="yes")
    append_entry(session, "enschede", "hengelo", mass_kg="259000", happened_on=day, replaces_purchase="no")
    append_entry(
        session,
        "enschede",
        "borne",
        mass_kg="10000",
        happened_on=day,
        carbon_factor=None,
        group="hout",
        material="hardhouten-balk",
    )
    append_entry(session, "hengelo", "losser", mass_kg="30000", happened_on=date(YEAR, 6, 1))
    append_reversal(session, seq=4, happened_on=date(YEAR, 7, 1))
    adopt_year(session, "enschede", primary=6000, biobased=500, reused=1500, recycled=2000)
    adopt_year(session, "hengelo", primary=3000, reused=1000, recycled=1000, includes_bank=259)
    adopt_year(session, "almelo", primary=2400)
    adopt_year(session, "hof-van-twente", primary=2400)
