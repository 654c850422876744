"""Reports that were published: which there are, and one of them."""

from collections.abc import Sequence

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.impact.queries.adopted import list_adopted
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.published.models import PublishedReport


def list_published(session: Session, actor: Actor) -> Sequence[PublishedReport]:
    """Every report: the newest year first, the region before its municipalities."""
    require(actor, Can.READ_PUBLIC_FIGURES)
    order = (PublishedReport.year.desc(), PublishedReport.name, PublishedReport.number.desc())
    return session.scalars(select(PublishedReport).order_by(*order)).all()


def get_published(session: Session, actor: Actor, *, year: int, slug: str, number: int) -> PublishedReport:
    """One report by its permanent address."""
    require(actor, Can.READ_PUBLIC_FIGURES)
    query = select(PublishedReport).where(
        PublishedReport.year == year, PublishedReport.slug == slug, PublishedReport.number == number
    )
    return _there(session.scalars(query).one_or_none())


def get_published_by_id(session: Session, actor: Actor, report_id: int) -> PublishedReport:
    """One report by its number in the API."""
    require(actor, Can.READ_PUBLIC_FIGURES)
    return _there(session.get(PublishedReport, report_id))


def _there(report: PublishedReport | None) -> PublishedReport:
    if report is None:
        raise Missing(_("There is no such report. Look in the list of reports."))
    return report


def next_number(session: Session, *, year: int, slug: str) -> int:
    """The number that the next report of this year and municipality gets."""
    last = select(func.max(PublishedReport.number)).where(PublishedReport.year == year, PublishedReport.slug == slug)
    return (session.scalar(last) or 0) + 1


def list_report_files(session: Session) -> set[str]:
    """The name of every file that a report has in the store. A backup asks an older bank too, which has no reports yet."""
    if not inspect(session.connection()).has_table(PublishedReport.__tablename__):
        return set()
    rows = session.execute(select(PublishedReport.pdf_file, PublishedReport.xlsx_file))
    return {name for names in rows for name in names}


def list_publishable(session: Session, actor: Actor) -> dict[int, list[tuple[str, str]]]:
    """The years that are over in which something was adopted, newest first, with by whom."""
    require(actor, Can.PUBLISH_REPORT)
    years: dict[int, list[tuple[str, str]]] = {}
    for adoption in list_adopted(session):
        if adoption.year < clock.today().year:
            years.setdefault(adoption.year, []).append((adoption.organisation_slug, adoption.organisation_name))
    return dict(sorted(years.items(), reverse=True))
