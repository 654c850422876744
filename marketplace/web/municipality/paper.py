"""One side A4 of a municipality for its council, with the facts of its page."""

from collections.abc import Iterator
from decimal import Decimal

from marketplace.impact.queries.standings import Standing
from marketplace.impact.rules.material_use import ORIGIN_LABELS, SCOPE_LABELS
from marketplace.impact.rules.path import say_path, say_too_few
from marketplace.kernel import clock
from marketplace.kernel.formats import long_date, mass, number, percent, unknown
from marketplace.kernel.language import Text, _
from marketplace.sheets import pages
from marketplace.sheets.drawings import Bar, bars
from marketplace.sheets.pages import Block, Paper, Words
from marketplace.valuations.rules.method import SHADOW
from marketplace.valuations.rules.share import say_valued
from marketplace.web.municipality.facts import MunicipalityFacts, YearFacts


def paper_of(facts: MunicipalityFacts, year_facts: YearFacts, address: str) -> Paper:
    """The page as a paper. It is made anew each time: an adopted year does not change."""
    year, name = str(year_facts.adopted.year), facts.organisation.name
    title = _("%(name)s and the circular goals in %(year)s", name=name, year=year)
    return Paper(
        title=title,
        description=_("Adopted figures for %(year)s", year=year),
        header=title,
        footer=_(
            "Adopted on %(day)s, ledger up to row %(seq)s, factors version %(version)s",
            day=long_date(year_facts.adopted.adopted_at),
            seq=str(year_facts.adopted.ledger_seq),
            version=str(year_facts.adopted.factor_version),
        ),
        made_on=clock.local(year_facts.adopted.adopted_at).date(),
        parts=list(_parts(facts, year_facts, address)),
    )


def _parts(facts: MunicipalityFacts, year_facts: YearFacts, address: str) -> Iterator[Block]:
    adopted, bank = year_facts.adopted, year_facts.bank
    yield pages.lead(
        _(
            "For the council of %(name)s. Adopted figures for %(year)s, %(people)s inhabitants.",
            name=facts.organisation.name,
            year=str(adopted.year),
            people=number(facts.inhabitants),
        )
    )
    share = next((standing.indicator.share for standing in facts.goals if standing.indicator.share is not None), None)
    yield pages.tiles(
        [
            (unknown() if share is None else percent(share), _("circular"), SCOPE_LABELS[year_facts.scope]),
            (mass(bank.received.mass_kg), _("received from others"), _("through the materials bank")),
            (mass(bank.given.mass_kg), _("given to others"), _("through the materials bank")),
        ]
    )
    yield pages.headline(_("How far from the goals"))
    drawn = [_bar(standing) for standing in facts.goals if standing.indicator.share is not None]
    if drawn:
        yield pages.drawing(bars(drawn, longest=Decimal(100)), "; ".join(f"{bar.name} {bar.figure}" for bar in drawn))
    yield pages.bullets([_goal_line(standing, facts) for standing in facts.goals])
    if facts.worth is not None:
        yield pages.par(say_valued(facts.worth))
        yield pages.note(SHADOW)
    yield pages.headline(_("What was used in %(year)s", year=str(adopted.year)))
    yield pages.table([_("Origin"), _("Mass"), _("Part")], _used(year_facts), align="lrr", has_total=True)
    yield pages.headline(_("The region in %(year)s", year=str(adopted.year)))
    yield pages.par(_region(year_facts))
    yield pages.headline(_("Who decided"))
    yield pages.par(f"{adopted.body}, {long_date(adopted.decided_on)}: {adopted.document}.")
    yield pages.link(_("This page, with how everything is counted:"), address)


def _used(year_facts: YearFacts) -> list[list[Words]]:
    beside = _("Through the materials bank, not in the report")
    rows = [(ORIGIN_LABELS[part.origin] if part.origin else beside, part.mass_kg) for part in year_facts.used if part.mass_kg]
    return [
        [label, mass(kg), percent(kg / year_facts.total_kg) if year_facts.total_kg else "–"]
        for label, kg in (*rows, (_("Total"), year_facts.total_kg))
    ]


def _goal_line(standing: Standing, facts: MunicipalityFacts) -> str:
    heading = _("Goal %(number)s: %(name)s", number=str(standing.goal.number), name=standing.goal.name)
    if standing.indicator.share is None:
        nothing = _("no passports yet")
        return f"{heading}: {nothing}."
    return f"{heading}. {say_path(facts.organisation.name, standing.target, standing.indicator, year=standing.year)}."


def _region(year_facts: YearFacts) -> Text | str:
    region = year_facts.region
    if region.share is None:
        return f"{say_too_few(region)}."
    return _(
        "%(share)s circular, over %(reported)s of the %(asked)s municipalities.",
        share=percent(region.share),
        reported=str(region.reported),
        asked=str(region.asked_of),
    )


def _bar(standing: Standing) -> Bar:
    share = standing.indicator.share or Decimal(0)
    target_percent = standing.target.percent
    return Bar(
        _("Goal %(number)s", number=str(standing.goal.number)),
        share * 100,
        percent(share),
        target_percent,
        f"{number(target_percent)}%",
    )
