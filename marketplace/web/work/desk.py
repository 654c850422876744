"""The desk of one person: what to do first, what waits for others, what was found."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for

from marketplace.accounts.policy import Actor, Can, may
from marketplace.advice.queries.requirements import list_lots_to_mend
from marketplace.catalogue.queries.saved import list_saved_searches
from marketplace.exchange.queries.gate import list_depot_calls
from marketplace.exchange.queries.reservations import list_own_open
from marketplace.impact.queries.bank import total_given
from marketplace.impact.queries.reports import list_own_unfinished
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.formats import near_date
from marketplace.kernel.language import Text, _, ngettext
from marketplace.market.queries.demands import list_demands
from marketplace.market.queries.freshness import list_demands_to_refresh
from marketplace.market.queries.listings import list_listings_to_refresh, list_own_listings
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.queries import get_taxonomy
from marketplace.places.rules import Place
from marketplace.questions.queries import list_unanswered_questions
from marketplace.recalls.queries.recalls import list_to_confirm
from marketplace.stock.queries.warnings import list_kept_depots, list_troubles
from marketplace.web.ui.finder import home_of
from marketplace.web.ui.jobs import Job, demand_job, lot_job
from marketplace.web.ui.lots import Lot
from marketplace.web.ui.watch import depot_trouble
from marketplace.web.work import jobs
from marketplace.web.work.begun import FirstUse, Unfinished, first_use, unfinished
from marketplace.web.work.region import Region, region
from marketplace.web.work.rows import Findings, Neighbours, findings, nearby, neighbours

OWN_SHOWN, DRAFTS_MAX = 3, 10


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of today, and the list that it leads to."""

    to: str
    number: int
    words: Text
    also: Text | str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """What the organisation trades: for people who list and ask."""

    jobs: list[Job]
    theirs: list[Job]
    meetings: list[Job]
    drafts: list[Unfinished]
    findings: Findings
    neighbours: Neighbours | None
    here: Place | None
    lots: list[Job]
    lots_total: int
    demands: list[Job]
    demands_total: int
    searches: int

    @property
    def late(self) -> int:
        """How many of the jobs are too late."""
        return sum(job.late_days > 0 for job in self.jobs)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is going on.

        What fits and what neighbours look for is not of one's own doing.
        """
        return not (self.jobs or self.theirs or self.meetings or self.drafts or self.lots or self.demands)


@dataclass(frozen=True, slots=True)
class Desk:
    """All of it. `region`: for whoever answers for the region; `given_kg`: what the organisation gave this year."""

    own: Own | None
    region: Region | None
    first: FirstUse | None
    given_kg: Decimal
    nearby: list[Lot]

    @classmethod
    def of(cls, session: Session, actor: Actor) -> "Desk":
        """Gather what this person may see."""
        own = _own(session, actor) if may(actor, Can.OFFER) else None
        answers = may(actor, Can.BROKER) or may(actor, Can.ASK_FOR_REPORT)
        return cls(
            own=own,
            region=region(session, actor) if answers else None,
            first=first_use(session, actor, is_quiet=own.is_quiet) if own and not answers else None,
            nearby=nearby(session, actor, own.here) if own and own.is_quiet and own.here and not answers else [],
            given_kg=total_given(session, slug=actor.organisation_slug, year=clock.today().year) if own else Decimal(0),
        )

    @property
    def begins(self) -> bool:
        """Whether the first steps take the place of today and of the lists."""
        return self.first is not None and self.own is not None and self.own.is_quiet

    @property
    def today(self) -> list[Cell]:
        """The numbers at the top, of the region for whoever answers for it, else of one's own work."""
        return list(_of_region(self.region)) if self.region else list(_of_own(self.own)) if self.own else []


def _own(session: Session, actor: Actor) -> Own:
    waiting, taxonomy = jobs.transfers(actor, list_own_open(session, actor)), get_taxonomy(session)
    todo = [
        *waiting.ours,
        *map(jobs.refresh, list_listings_to_refresh(session, actor)),
        *(jobs.still_needed(demand, taxonomy) for demand in list_demands_to_refresh(session, actor)),
        *(jobs.question(unanswered, taxonomy) for unanswered in list_unanswered_questions(session, actor)),
        *map(jobs.recall, list_to_confirm(session, actor)),
        *map(jobs.requirement, list_lots_to_mend(session, actor)),
    ]
    depots = list_kept_depots(session, actor)
    if not may(actor, Can.BROKER):  # who has those of the whole region above
        todo += map(depot_trouble, list_troubles(session, depots))
    todo += [jobs.report(year, status) for year, status in list_own_unfinished(session, actor)]
    lots, lots_total = list_own_listings(session, actor, statuses=(ListingStatus.PUBLISHED.value,), page_size=OWN_SHOWN)
    drafts, _total = list_own_listings(session, actor, statuses=(ListingStatus.DRAFT.value,), page_size=DRAFTS_MAX)
    demands, demands_total = list_demands(session, actor, mine=True, statuses=(DemandStatus.OPEN,), page_size=OWN_SHOWN)
    here = home_of(session, actor)
    return Own(
        jobs=sorted(todo, key=lambda job: job.order),
        theirs=waiting.theirs,
        meetings=sorted(
            [*waiting.meetings, *jobs.calls(actor, list_depot_calls(session, actor, depots))], key=lambda job: job.order
        ),
        drafts=unfinished(session, actor, drafts),
        findings=findings(session, actor),
        neighbours=neighbours(session, actor, here, taxonomy) if here else None,
        here=here,
        lots=[lot_job(listing) for listing in lots],
        lots_total=lots_total,
        demands=[demand_job(demand, taxonomy) for demand in demands],
        demands_total=demands_total,
        searches=len(list_saved_searches(session, actor)) if may(actor, Can.OWN_ACCOUNT) else 0,
    )


def _of_own(own: Own) -> Iterator[Cell]:
    late, meetings = own.late, own.meetings
    yield Cell("#todo", len(own.jobs), _("to do"), _("%(number)s too late", number=late) if late else "", late > 0)
    yield Cell("#waiting", len(own.theirs), _("waiting"), _("for others"))
    first = near_date(meetings[0].on) if meetings else ""
    to = "#meetings" if meetings else url_for("reservations.list_reservations")
    yield Cell(to, len(meetings), ngettext("appointment", "appointments", len(meetings)), first)
    near = _("and %(number)s nearly", number=own.findings.misses) if own.findings.misses else ""
    yield Cell("#found", own.findings.fits, _("found"), near)


def _of_region(seen: Region) -> Iterator[Cell]:
    number = seen.disputes[1]
    since = seen.disputes[0][0].since if seen.disputes[0] else None
    yield Cell("#disputes", number, ngettext("dispute", "disputes", number), near_date(since) if since else "", number > 0)
    if seen.by_reviewer:
        yield Cell("#choices", seen.choices[1], ngettext("choice", "choices", seen.choices[1]), _("of another"))
    else:
        yield Cell("#silent", seen.silent[1], _("silent"), _("14 days"))
        yield Cell("#objections", seen.objections[1], ngettext("objection", "objections", seen.objections[1]))
    if seen.reporting:
        yield Cell("#reports", len(seen.reporting.missing), _("without"), _("report for %(year)s", year=str(seen.reporting.year)))


def all_demands() -> str:
    """Where all demands of the own organisation stand."""
    return url_for("demands.list_demands", mine=1)
