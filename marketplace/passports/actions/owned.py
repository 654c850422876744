"""A municipality says how much it owns or maintains."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.units import plain
from marketplace.notices.actions import audit
from marketplace.passports.models import OwnedMass
from marketplace.passports.queries.owned import list_owned, owned_by_kind
from marketplace.passports.rules.owned import KG_PER_TONNE, OwnedDraft, check_year, clean_owned


def set_owned_mass(
    session: Session, actor: Actor, *, year: int, rows: Sequence[OwnedDraft], confirm_unusual: bool = False
) -> Sequence[OwnedMass]:
    """Estimate for a year how much the own municipality owns or maintains, all classes at once.

    It takes the place of the estimate before, which stays. The same once more changes nothing.
    """
    require(actor, Can.ESTIMATE_OWNED)
    today, organisation_id = clock.today(), int(actor.organisation_id or 0)
    check_year(year, today)
    session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())
    cleaned = clean_owned(rows, owned_by_kind(session, organisation_id, year), today, confirmed=confirm_unusual)
    before = list_owned(session, organisation_id, year)
    same = {(row.kind, row.mass_kg, row.source, row.source_year) for row in before}
    wanted = {(row.kind.value, row.tonnes * KG_PER_TONNE, row.source, row.source_year) for row in cleaned}
    if before and same == wanted:
        return before
    mine = (OwnedMass.organisation_id == organisation_id, OwnedMass.year == year)
    version = (session.scalar(select(func.max(OwnedMass.version)).where(*mine)) or 0) + 1
    now = clock.now()
    session.add_all(
        OwnedMass(
            organisation_id=organisation_id,
            year=year,
            version=version,
            kind=row.kind.value,
            mass_kg=row.tonnes * KG_PER_TONNE,
            source=row.source,
            source_year=row.source_year,
            entered_at=now,
            person_id=actor.person_id,
        )
        for row in cleaned
    )
    session.flush()
    kg = plain(sum((row.tonnes * KG_PER_TONNE for row in cleaned), Decimal(0)))
    audit.record(
        session,
        actor,
        action="owned_mass.set",
        object_type="organisation",
        object_id=organisation_id,
        year=year,
        version=version,
        kg=kg,
    )
    return list_owned(session, organisation_id, year)
