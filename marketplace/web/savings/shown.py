"""The figures of depots as lines on a page and columns of a file. Each says what it means and what it rests on."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from marketplace.depots.rules.costs import DAYS_OF_WEEK
from marketplace.kernel.formats import mass, money, number, percent, rounded, tonne_km, unknown
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import THOUSANDTH
from marketplace.sheets.writing import Cell
from marketplace.stock.queries.figures import AllDepots, DepotRow
from marketplace.stock.rules.figures import DepotFigures
from marketplace.web.ui.tonnes import in_tonnes, places_of

CENTS_OF_A_EURO = 100
Figures = DepotFigures
COLUMNS: list[tuple[Text, str]] = [
    (_("Depot"), "text"),
    (_("In (tonnes)"), "number"),
    (_("Out (tonnes)"), "number"),
    (_("Found a use"), "number"),
    (_("Days of stay"), "number"),
    (_("For a tonne and week"), "number"),
    (_("Break-even price"), "number"),
    (_("Break-even weeks"), "number"),
]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what it is called, what it comes to, what it means and what it rests on."""

    label: Text
    figure: str
    how: Text | str


def groups_of(figures: Figures) -> list[tuple[Text, list[Line]]]:
    """All figures under four headings."""
    return [
        (_("What came and went"), _flow(figures)),
        (_("What became of it"), _use(figures)),
        (_("What lying there cost"), _cost(figures)),
        (_("Cheaper than buying new"), _worth(figures)),
    ]


def _flow(figures: Figures) -> list[Line]:
    parts = {"transferred": mass(figures.transferred_kg), "own": mass(figures.own_use_kg), "moved": mass(figures.moved_kg)}
    return [
        Line(_("Lay there before"), mass(figures.opening_kg), _("on the first day of the period")),
        Line(_("Came in"), mass(figures.in_kg), _("from outside the depot; another bay is not coming in")),
        Line(
            _("Went out"),
            mass(figures.out_kg),
            _("%(transferred)s to a receiver, %(own)s to the owner’s own work, %(moved)s to another place", **parts),
        ),
        Line(_("Written off"), mass(figures.written_off_kg), _("with a reason")),
        Line(_("Counted"), signed(mass(figures.counted_kg)), _("what counting found more or less")),
        Line(
            _("Lies there after"),
            mass(figures.closing_kg),
            _("before + in − out − written off + counted; by what a unit weighs now"),
        ),
    ]


def _use(figures: Figures) -> list[Line]:
    used, extra = figures.transferred_kg + figures.own_use_kg, figures.extra_tonne_km
    whole = mass(used + figures.written_off_kg)
    left = mass(figures.out_kg + figures.written_off_kg)
    return [
        Line(
            _("Found a use"),
            unknown() if figures.used_share is None else percent(figures.used_share, 0),
            _("nothing was used or written off in this period")
            if figures.used_share is None
            else _(
                "handed over or used by its owner: %(used)s of %(whole)s, the rest was written off", used=mass(used), whole=whole
            ),
        ),
        Line(
            _("Days of stay"),
            days(figures.stay_days),
            _("nothing left in this period")
            if figures.stay_days is None
            else _("of the average tonne that left, %(mass)s; the day of coming counts, the day of leaving does not", mass=left),
        ),
        Line(
            _("Extra transport"),
            unknown() if extra is None else signed(tonne_km(extra)),
            _("of no transfer it is known where it lay first and where it went")
            if extra is None
            else _(
                "by the depots, less straight to the receiver; each by the straight line × 1.3. Known of %(routed)s of %(whole)s",
                routed=mass(figures.routed_kg),
                whole=mass(figures.transferred_kg),
            ),
        ),
    ]


def _cost(figures: Figures) -> list[Line]:
    share, lay = figures.priced_share, mass(figures.opening_kg + figures.in_kg)
    rests = _("nothing lay there") if share is None else _("%(share)s of the tonne-days has a price", share=percent(share, 0))
    return [
        Line(
            _("Cost"),
            money(figures.known_cost_cents),
            _("per day that has ended, as in the depot’s settlement; %(rests)s", rests=rests),
        ),
        Line(
            _("For a tonne"),
            euros(figures.cost_per_tonne_cents),
            _("not told: that would be too low, because a part has no price")
            if figures.unpriced_tonne_days
            else _("cost of the period over all that lay there in it: %(mass)s", mass=lay),
        ),
        Line(
            _("For a tonne and week"),
            euros(figures.cost_per_tonne_week_cents),
            _("cost over the weeks that tonnes lay there; %(rests)s", rests=rests),
        ),
    ]


def _worth(figures: Figures) -> list[Line]:
    if not figures.bought_transfers:
        nobody = _("no receiver said what buying new would have cost")
        labels = (_("New, as receivers said"), _("Break-even price"), _("Break-even weeks"))
        return [Line(label, unknown(), nobody) for label in labels]
    of = str(ngettext("%(num)s transfer", "%(num)s transfers", figures.bought_transfers))
    weeks = figures.bought_tonne_days / DAYS_OF_WEEK / (figures.bought_kg / 1000)
    price = figures.cost_per_tonne_week_cents
    return [
        Line(
            _("New, as receivers said"),
            _per_tonne(figures.bought_per_tonne_cents),
            _("of %(transfers)s, together %(mass)s, less what came back", transfers=of, mass=mass(figures.bought_kg)),
        ),
        Line(
            _("Break-even price"),
            _per_week(figures.break_even_price_cents),
            _("those tonnes left on the day they came")
            if figures.break_even_price_cents is None
            else _(
                "up to this price storing was cheaper than buying, for the %(weeks)s weeks that these lay there",
                weeks=number(weeks, 1),
            ),
        ),
        Line(
            _("Break-even weeks"),
            number(figures.break_even_weeks, 1),
            _("the price of storing it is not known, or zero")
            if figures.break_even_weeks is None
            else _("how long a tonne may stay there at %(price)s per tonne per week", price=euros(price)),
        ),
    ]


def euros(cents: Decimal | None) -> str:
    """Euros with cents, rounded once."""
    return unknown() if cents is None else money(int(rounded(cents, 0)))


def days(value: Decimal | None) -> str:
    """Days with one decimal."""
    return number(value, 1 if value is not None else None)


def signed(written: str) -> str:
    """A figure with a minus as it is written."""
    return written.replace("-", "−")


def _per_tonne(cents: Decimal | None) -> str:
    return unknown() if cents is None else str(_("%(euros)s a tonne", euros=euros(cents)))


def _per_week(cents: Decimal | None) -> str:
    return unknown() if cents is None else str(_("%(euros)s a tonne and week", euros=euros(cents)))


def table_of(depots: AllDepots, link: Callable[[DepotRow], str]) -> tuple[list[list[str]], list[str]]:
    """One row for each depot, and all together."""
    places = places_of(max((max(row.figures.in_kg, row.figures.out_kg) for row in depots.rows), default=0))
    return [[link(row), *_cells(row.figures, places)] for row in depots.rows], [str(_("Together")), *_cells(depots.total, places)]


def _cells(figures: Figures, places: int) -> list[str]:
    share = figures.used_share
    return [
        in_tonnes(figures.in_kg, places),
        in_tonnes(figures.out_kg, places),
        unknown() if share is None else percent(share, 0),
        days(figures.stay_days),
        euros(figures.cost_per_tonne_week_cents),
        euros(figures.break_even_price_cents),
        number(figures.break_even_weeks, 1 if figures.break_even_weeks is not None else None),
    ]


Column = tuple[Text, Callable[[Figures], Cell]]


def _exact(cents: Decimal | int | None) -> Decimal | None:
    return None if cents is None else rounded(Decimal(cents) / CENTS_OF_A_EURO, 4)


def _three(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(THOUSANDTH)


FILE_COLUMNS: tuple[Column, ...] = (
    (_("Lay there before (kg)"), lambda of: of.opening_kg),
    (_("Came in (kg)"), lambda of: of.in_kg),
    (_("To receivers (kg)"), lambda of: of.transferred_kg),
    (_("Own work (kg)"), lambda of: of.own_use_kg),
    (_("To another place (kg)"), lambda of: of.moved_kg),
    (_("Written off (kg)"), lambda of: of.written_off_kg),
    (_("Counted (kg)"), lambda of: of.counted_kg),
    (_("Lies there after (kg)"), lambda of: of.closing_kg),
    (_("Tonne-days"), lambda of: _three(of.tonne_days)),
    (_("Tonne-days without a price"), lambda of: _three(of.unpriced_tonne_days)),
    (_("Days of stay"), lambda of: _three(of.stay_days)),
    (_("Found a use (share)"), lambda of: _three(of.used_share)),
    (_("Extra transport (tonne-km)"), lambda of: of.extra_tonne_km),
    (_("Way known (kg)"), lambda of: of.routed_kg),
    (_("Cost (euro)"), lambda of: _exact(of.known_cost_cents)),
    (_("Cost for a tonne (euro)"), lambda of: _exact(of.cost_per_tonne_cents)),
    (_("Cost for a tonne and week (euro)"), lambda of: _exact(of.cost_per_tonne_week_cents)),
    (_("Transfers with a price of new"), lambda of: of.bought_transfers),
    (_("Price of new known (kg)"), lambda of: of.bought_kg),
    (_("New for a tonne (euro)"), lambda of: _exact(of.bought_per_tonne_cents)),
    (_("Break-even price for a tonne and week (euro)"), lambda of: _exact(of.break_even_price_cents)),
    (_("Break-even weeks"), lambda of: _three(of.break_even_weeks)),
)
FILE_HEADER: list[Text] = [_("Depot"), _("Organisation"), *(label for label, _figure in FILE_COLUMNS)]


def lines_of(depots: AllDepots) -> list[list[Cell]]:
    """The rows of the file, one for each depot; no total in it, so that a column adds up to one."""
    return [
        [row.depot.name, row.depot.organisation.name, *(figure(row.figures) for _label, figure in FILE_COLUMNS)]
        for row in depots.rows
    ]
