"""Publishing a report, and working out a year once more. Neither ever changes or goes."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.ledger.queries import get_head
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions.audit import record
from marketplace.published.models import PublishedReport, Restatement
from marketplace.published.queries.published import next_number
from marketplace.published.queries.report import Report
from marketplace.published.queries.restatements import RestatedYear, compare_year, restated_year, written
from marketplace.published.rules import check_year_over


@dataclass(frozen=True, slots=True)
class Files:
    """The names of the two files in the store: SHA-256 and suffix."""

    pdf: str
    xlsx: str


def publish(session: Session, actor: Actor, report: Report, files: Files) -> PublishedReport:
    """Keep a report under its permanent address. Its two files are in the store already."""
    require(actor, Can.PUBLISH_REPORT)
    slug, number = report.slug, report.number
    if number != next_number(session, year=report.year, slug=slug):
        raise Conflict(_("Somebody else published a report of this year just now. Look at it first; then try again."))
    row = PublishedReport(
        year=report.year,
        slug=slug,
        name=report.name,
        organisation_id=report.organisation_id,
        number=number,
        adopted=len(report.adopted),
        pdf_file=files.pdf,
        xlsx_file=files.xlsx,
        factor_version=report.factor_version,
        ledger_seq=report.ledger_seq,
        ledger_hash=report.ledger_hash,
        made_at=report.made_at,
        made_by_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor,
        action="report.publish",
        object_type="report",
        object_id=row.id,
        year=row.year,
        slug=slug,
        number=number,
        pdf=row.pdf_digest,
    )
    return row


def restate(session: Session, actor: Actor, *, year: int) -> RestatedYear:
    """Work out a year with the factors in use, and keep that beside what was booked."""
    require(actor, Can.PUBLISH_REPORT)
    check_year_over(year, today_year=clock.today().year)
    version, (seq, digest) = get_taxonomy(session).version, get_head(session)
    same = select(Restatement).where(
        Restatement.year == year, Restatement.factor_version == version, Restatement.ledger_seq == seq
    )
    if (existing := session.scalars(same).one_or_none()) is not None:
        return restated_year(existing)
    row = Restatement(
        year=year,
        factor_version=version,
        ledger_seq=seq,
        ledger_hash=digest,
        figures={"rows": [written(compared) for compared in compare_year(session, year=year)]},
        made_at=clock.now(),
        made_by_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    record(
        session, actor, action="report.restate", object_type="restatement", object_id=row.id, year=year, factor_version=version
    )
    return restated_year(row)
