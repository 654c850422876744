"""Years that were adopted, with masses in tonnes: for tests of what is published about them."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.impact.actions.goals import seed_goals
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.actions.review import adopt, submit
from marketplace.impact.rules.goals import Decision
from marketplace.impact.rules.material_use import UseRow
from tests.entries import append_entry, append_reversal
from tests.factories import make_actor, seed_taxonomy

YEAR = 2025
DECISION = Decision("College van B en W", date(2026, 2, 3), "Besluit 2026-114")


def seed(session: Session) -> Actor:
    """The region with its goals and materials; gives the reviewer of the AO CE."""
    if session.scalars(select(Organisation).where(Organisation.slug == "regio-twente")).first() is None:
        seed_region(session)
        seed_goals(session)
        seed_taxonomy(session)
    return make_actor(session, "regio-twente", "reviewer")


def adopt_year(
    session: Session,
    slug: str,
    *,
    primary: int,
    biobased: int = 0,
    reused: int = 0,
    recycled: int = 0,
    includes_bank: int = 0,
    year: int = YEAR,
) -> None:
    """A municipality reports a year in tonnes, and the AO CE adopts it."""
    reviewer, coordinator = seed(session), make_actor(session, slug, "coordinator")
    masses = {"primary": primary, "biobased": biobased, "reused": reused, "recycled": recycled}
    rows = [UseRow("bestrating", origin, Decimal(tonnes * 1000)) for origin, tonnes in masses.items() if tonnes]
    report_material_use(
        session,
        coordinator,
        organisation_slug=slug,
        year=year,
        rows=rows,
        includes_bank_kg=Decimal(includes_bank * 1000),
        includes_bank_as_of=date(year, 12, 31) if includes_bank else None,
        explanation="Zo is het geteld.",
    )
    submit(session, coordinator, organisation_slug=slug, year=year)
    adopt(session, reviewer, organisation_slug=slug, year=year, decision=DECISION)


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
