"""The report of a year as a paper.

One page for a council, then every figure with what it means and where it came from.
"""

from collections.abc import Iterator
from decimal import Decimal

from marketplace.impact.rules.goals import Target
from marketplace.impact.rules.material_use import Indicator
from marketplace.kernel import clock
from marketplace.kernel.formats import carbon, long_date, mass, number, percent, rounded, short_date, unknown
from marketplace.kernel.language import Text, _, ngettext
from marketplace.ledger.rules import Totals
from marketplace.published.queries.report import GoalLine, Report
from marketplace.sheets import pages
from marketplace.sheets.annual_parts import (
    by_group,
    by_month,
    by_municipality,
    corrections,
    figure_named,
    figures,
    flows,
    in_tonnes,
    mass_by_group,
    origin,
    share_of,
    unknowns,
    worked_out_again,
)
from marketplace.sheets.drawings import Bar, bars
from marketplace.sheets.pages import Block, Paper, Words
from marketplace.valuations.rules.method import SHADOW
from marketplace.valuations.rules.share import say_valued

GROUPS_FIRST = 5
ADDRESSEES = (
    _("the members of the PHO Milieu, Duurzaamheid en Afval"),
    _("the AO Afval"),
    _("the AO Milieu en Duurzaamheid"),
    _("the councils of the fourteen municipalities"),
)


def annual_report(report: Report, address: str) -> bytes:
    """Make the PDF. The same report is the same bytes."""
    return pages.pdf(paper_of(report, address))


def paper_of(report: Report, address: str) -> Paper:
    """What the report says, block by block."""
    title = title_of(report)
    return Paper(
        title=title,
        description=_("Figures of the materials bank and of the goals in %(year)s, as they were adopted.", year=str(report.year)),
        header=title,
        footer=_(
            "Report number %(number)s, made on %(day)s from the ledger up to row %(seq)s",
            number=str(report.number),
            day=long_date(report.made_at),
            seq=str(report.ledger_seq),
        ),
        made_on=clock.local(report.made_at).date(),
        parts=[
            *_first_page(report, address),
            pages.new_page(),
            pages.contents(_("What is in it")),
            *_goals(report),
            *figures(report),
            *by_municipality(report),
            *by_group(report),
            *by_month(report),
            *flows(report),
            *unknowns(report),
            *corrections(report),
            *worked_out_again(report),
            *origin(report, address),
        ],
    )


def title_of(report: Report) -> str:
    """`Jaarverslag 2027`, of a municipality with its name."""
    if report.is_regional:
        return str(_("Annual report %(year)s", year=str(report.year)))
    return str(_("Annual report %(year)s of %(name)s", year=str(report.year), name=report.name))


def _first_page(report: Report, address: str) -> Iterator[Block]:
    """One page for a member of a council."""
    totals = report.totals
    yield pages.lead(
        _("Twentse Materialenbank: what fourteen municipalities used again, and how far they are.")
        if report.is_regional
        else _("Twentse Materialenbank: what the municipality of %(name)s used again, and how far it is.", name=report.name)
    )
    yield pages.tiles(
        [
            (mass(totals.mass_kg), _("used again"), _count(totals.exchanges)),
            (
                _headline(totals),
                _("avoided instead of a purchase"),
                _("of %(avoided)s avoided in all", avoided=carbon(figure_named("avoided_kgco2e", totals))),
            ),
            (carbon(figure_named("net_kgco2e", totals)), _("net saved"), _("less driving and processing")),
        ]
    )
    yield pages.headline(_("In short"))
    yield pages.bullets(list(_in_short(report)))
    yield pages.headline(_("The goals"))
    yield _goal_table(report)
    yield pages.small(_coverage(report.coverage) if report.is_regional else _decided(report))
    if report.missing:
        yield pages.small(_("Not adopted yet: %(names)s.", names=", ".join(report.missing)))
    if report.by_group:
        yield pages.headline(_("What was used again most"))
        yield mass_by_group(report.by_group[:GROUPS_FIRST])
    yield pages.headline(_("Meant for"))
    yield pages.par(", ".join(map(str, ADDRESSEES)) + ".")
    yield pages.link(_("This report, and the fingerprint by which you know that it is this one:"), address)


def _headline(totals: Totals) -> Words:
    """What was avoided instead of a purchase. Unknown where nobody said of anything whether it was."""
    nobody_said = not totals.avoided_replacing_kgco2e and totals.avoided_not_said_kgco2e == totals.avoided_kgco2e
    return unknown() if nobody_said and totals.avoided_kgco2e else carbon(totals.avoided_replacing_kgco2e)


def _in_short(report: Report) -> Iterator[Words]:
    totals, year = report.totals, str(report.year)
    if report.is_regional:
        yield ngettext(
            "In %(year)s the materials bank had %(num)s transfer: together %(mass)s of material got a second life.",
            "In %(year)s the materials bank had %(num)s transfers: together %(mass)s of material got a second life.",
            totals.exchanges,
            year=year,
            mass=mass(totals.mass_kg),
        )
    else:
        yield _(
            "In %(year)s %(name)s received %(received)s through the materials bank and gave %(given)s.",
            year=year,
            name=report.name,
            received=mass(report.received.mass_kg),
            given=mass(report.given_mass_kg),
        )
    net = figure_named("net_kgco2e", totals)
    if net is not None and net >= 0:
        yield _("After driving and processing that saved %(net)s.", net=carbon(net))
    elif net is not None:
        yield _("Driving and processing emitted %(more)s more than was avoided.", more=carbon(-net))
    if totals.unknown_factor_mass_kg:
        yield _(
            "Of %(mass)s it is not known what making it new emits. It is in the tonnes, and not in the saving.",
            mass=mass(totals.unknown_factor_mass_kg),
        )
    if totals.avoided_not_said_kgco2e:
        yield _(
            "Of %(carbon)s of the avoided nobody said whether it took the place of a purchase.",
            carbon=carbon(totals.avoided_not_said_kgco2e),
        )
    if report.corrections:
        yield ngettext("%(num)s row takes back something.", "%(num)s rows take back something.", len(report.corrections))


def _goals(report: Report) -> Iterator[Block]:
    yield pages.heading(_("How far the goals are"))
    drawn = [_goal_bar(line) for line in report.goals if line.indicator.share is not None]
    if drawn:
        alt = "; ".join(str(_goal_sentence(line, report)) for line in report.goals if line.indicator.share is not None)
        yield pages.drawing(bars(drawn, longest=Decimal(100)), alt)
        yield pages.small(_("The line shows what the goal asks."))
    yield from (pages.par(_goal_sentence(line, report)) for line in report.goals)
    for line in report.goals:
        if line.worth is not None:
            yield pages.par(say_valued(line.worth))
            yield pages.note(SHADOW)
    if report.is_regional:
        yield pages.note(_coverage(report.coverage))
    yield pages.section(_("Who adopted the year, and with which decision"))
    yield pages.table(
        [_("Municipality"), _("Share"), _("Renewable (tonnes)"), _("All input (tonnes)"), _("Decision")],
        [
            [
                adopted.name,
                share_of(adopted.indicator),
                in_tonnes(adopted.indicator.renewable_kg, 1),
                in_tonnes(adopted.indicator.total_kg, 1),
                f"{adopted.body}, {short_date(adopted.decided_on)}, {adopted.document}",
            ]
            for adopted in report.adopted
        ],
        align="lrrrl",
        widths=["auto", "auto", "auto", "auto", "1"],
    )
    if report.missing:
        yield pages.par(_("Not adopted yet: %(names)s.", names=", ".join(report.missing)))
    yield pages.small(
        _(
            "A share is the renewable mass (biobased, reused, recycled) of all material that came in. What came through the bank counts once. "
            "A share of the region is the sum of the masses, never a mean of percentages."
        )
    )


def _goal_bar(line: GoalLine) -> Bar:
    share = (line.indicator.share or Decimal(0)) * 100
    return Bar(
        _("Goal %(number)s", number=str(line.number)),
        share,
        percent(share / 100),
        line.counts.target.percent,
        _target(line.counts.target),
    )


def _goal_table(report: Report) -> Block:
    return pages.table(
        [_("Goal"), _("Asked"), _("In %(year)s", year=str(report.year))],
        [
            [
                f"{line.number}. {line.name}",
                _(
                    "%(percent)s in %(year)s",
                    percent=_target(line.counts.target),
                    year=str(line.counts.target.year),
                ),
                share_of(line.indicator),
            ]
            for line in report.goals
        ],
        align="lrr",
    )


def _target(target: Target) -> str:
    return f"{number(target.percent)}%"


def _goal_sentence(line: GoalLine, report: Report) -> Text:
    target, share = line.counts.target, line.indicator.share
    facts = {"number": str(line.number), "name": line.name, "asked": _target(target), "by": str(target.year)}
    if share is None:
        return _("Goal %(number)s, %(name)s: no figure. Asked is %(asked)s in %(by)s.", **facts)
    facts |= {"share": percent(share), "year": str(report.year)}
    if line.indicator.has_reached(target.percent):
        return _("Goal %(number)s, %(name)s: %(share)s in %(year)s. That is what was asked for %(by)s (%(asked)s).", **facts)
    left = number(rounded(target.percent - share * 100, 1))
    return _(
        "Goal %(number)s, %(name)s: %(share)s in %(year)s. Asked is %(asked)s in %(by)s, so %(left)s percentage points to go.",
        left=left,
        **facts,
    )


def _coverage(coverage: Indicator) -> Text:
    facts = {
        "reported": str(coverage.reported),
        "asked": str(coverage.asked_of),
        "inhabitants": percent(coverage.inhabitants_share or 0),
        "minimum": percent(coverage.minimum_percent / 100, 0),
    }
    if coverage.is_of_enough:
        return _("Adopted by %(reported)s of the %(asked)s municipalities, with %(inhabitants)s of the inhabitants.", **facts)
    return _(
        "No figure of the region yet: %(reported)s of the %(asked)s municipalities adopted the year, with %(inhabitants)s of the inhabitants. "
        "A figure of the region asks for at least %(minimum)s.",
        **facts,
    )


def _decided(report: Report) -> Text:
    [adopted] = report.adopted
    return _(
        "Adopted by %(body)s on %(day)s (%(document)s).",
        body=adopted.body,
        day=long_date(adopted.decided_on),
        document=adopted.document,
    )


def _count(exchanges: int) -> Text:
    return ngettext("in %(num)s transfer", "in %(num)s transfers", exchanges)
