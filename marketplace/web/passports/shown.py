"""The page of one passport for its reader. What is told of it, and what its keeper can do there."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from marketplace.accounts.policy import Actor, Can, may
from marketplace.dossiers.queries import list_papers_of_items
from marketplace.http.passports import passport_of
from marketplace.http.valuations import worth_facts
from marketplace.kernel.db import Session
from marketplace.kernel.formats import number
from marketplace.kernel.language import Text, _, ngettext
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.models import Asset
from marketplace.passports.queries.releases import list_free, open_listings_of_asset
from marketplace.passports.rules.assets import AssetKind
from marketplace.sheets.passport import Line, Passport
from marketplace.sheets.typesetting import qr_code
from marketplace.valuations.models import ValuationRun
from marketplace.valuations.queries.results import worth_over_time
from marketplace.valuations.queries.runs import last_lines
from marketplace.web.ui.charts import Chart
from marketplace.web.ui.papers import PaperRow, rows_of
from marketplace.web.ui.passports import PICTURES
from marketplace.web.ui.value import LineShown, lines_shown, worth_over_days

LINES_MOST = 50


@dataclass(frozen=True, slots=True)
class PassportWorth:
    """What an asset is worth by the newest valuation in which it stands. `run` None: it was never valued.

    `since`: how many parts came in after that valuation. Only for whoever may read what material is worth.
    """

    run: ValuationRun | None
    facts: list[tuple[Text, Text | str]]
    lines: list[LineShown]
    since: int
    chart: Chart | None
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, session: Session, asset: Asset) -> "PassportWorth":
        """Gather it."""
        run, valued = last_lines(session, asset)
        present = [line for line in valued if line.line.quantity > 0]
        valued_numbers = {line.item.number for line in valued}
        numbers = [item.number for item in asset.items if item.quantity > 0]
        days = {worth.run.as_of: worth.value_cents for worth in worth_over_time(session, asset)}
        return cls(
            run=run,
            facts=list(worth_facts(present)) if run else [],
            lines=lines_shown(present, get_taxonomy(session)),
            since=sum(number not in valued_numbers for number in numbers) if run else 0,
            chart=worth_over_days("worth", days),
            numbers=tuple(numbers),
        )


@dataclass(frozen=True, slots=True)
class PassportPage:
    """All of it. `lines`: the newest of what happened; `keeps`: whether the reader may change it.

    For whoever may, also `free`: numbers of parts that can come free still, `lots`: the lots that were planned of it, `worth`, and
    `papers`: the name of a part with each of its papers.
    """

    asset: Asset
    passport: Passport
    picture: str
    figures: list[tuple[str, Text | str]]
    lines: tuple[Line, ...]
    keeps: bool
    code: Markup
    free: frozenset[int]
    lots: tuple[int, ...]
    worth: "PassportWorth | None"
    papers: tuple[tuple[str, PaperRow], ...]

    @classmethod
    def of(cls, session: Session, actor: Actor, asset: Asset) -> "PassportPage":
        """Gather it for this reader."""
        passport = passport_of(session, asset)
        keeps = may(actor, Can.KEEP_PASSPORTS, asset)
        return cls(
            asset=asset,
            passport=passport,
            picture=PICTURES[AssetKind(asset.kind)],
            figures=_figures(asset, passport),
            lines=passport.lines[:LINES_MOST],
            keeps=keeps,
            code=Markup(qr_code(passport.address)),  # noqa: S704 drawn from an address of our own
            free=frozenset(free.item.number for free in list_free(session, asset)) if keeps else frozenset(),
            lots=tuple(open_listings_of_asset(session, asset.id)) if keeps else (),
            worth=PassportWorth.of(session, asset) if may(actor, Can.READ_VALUE, asset) else None,
            papers=tuple(_papers(session, actor, asset)),
        )


def _papers(session: Session, actor: Actor, asset: Asset) -> Iterator[tuple[str, PaperRow]]:
    """The papers of its parts, for whoever may read them."""
    taxonomy, papers = get_taxonomy(session), list_papers_of_items(session, actor, asset)
    for item in asset.items:
        for row in rows_of(papers.get(item.id, ()), taxonomy):
            yield taxonomy.material_by_id(item.material_id).name, row


def _figures(asset: Asset, passport: Passport) -> list[tuple[str, Text | str]]:
    """How much it holds, of how many parts, and from which year it is."""
    if not passport.mass:
        return []
    parts = sum(1 for item in asset.items if item.quantity > 0)
    figures: list[tuple[str, Text | str]] = [(passport.mass, _("of material")), (number(parts), ngettext("part", "parts", parts))]
    return [*figures, (str(asset.built_year), _("built"))] if asset.built_year else figures
