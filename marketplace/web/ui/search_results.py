"""From the address of a search to the page.

What is asked of the market, and the facets, chips and orders around what it answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from flask import url_for

from marketplace.catalogue.queries.cards import CardRow
from marketplace.catalogue.queries.columns import Facets
from marketplace.catalogue.queries.search import CataloguePage, CatalogueRow
from marketplace.catalogue.rules.query import CatalogueQuery, Sort, Supply
from marketplace.kernel.clock import today
from marketplace.kernel.formats import short_date
from marketplace.kernel.geo import Point, whole_km
from marketplace.kernel.language import Text, _
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Condition
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.places.rules import Place
from marketplace.web.ui import field_filters
from marketplace.web.ui.field_filters import FieldBox
from marketplace.web.ui.finder import Facet, Order, facet_chips, material_chips, place_chips
from marketplace.web.ui.lots import Lot, address_of, lot_of
from marketplace.web.ui.search_address import Chip, Question
from marketplace.web.ui.search_form import SORTS, FilterForm

PAGE_SIZE = 24
ORDERS = {"distance": Sort.DISTANCE, "newest": Sort.NEWEST, "availableFrom": Sort.AVAILABLE_FROM}


def whole_km_from(here: Place | None, listing: Listing) -> int | None:
    """Whole kilometres from the reader's place to a lot's public point. None where there is none."""
    return None if here is None else whole_km(here.point, Point(listing.public_lat, listing.public_lon))


def away_from(here: Place | None, listing: Listing) -> Text | None:
    """How far a lot's public point is from the reader's place; None where there is none."""
    if here is None:
        return None
    distance_km = max(1, whole_km_from(here, listing) or 0)
    return _("about %(km)s km from %(place)s, as the crow flies", km=distance_km, place=here.name)


def read_catalogue_query(
    question: Question, form: FilterForm, near: Place | None, from_here: Place | None, taxonomy: Taxonomy
) -> CatalogueQuery:
    """The market's question. What is not a known order or condition is left out; with a place that was typed the nearest come first."""
    sort = form.sort.data if form.sort.data in SORTS else ("distance" if near else "newest")
    return CatalogueQuery(
        q=form.q.data or "",
        is_literal=bool(question.one("literal")),
        groups=question.all("materialGroup"),
        materials=question.all("material"),
        organisations=question.all("organisation"),
        conditions=tuple(Condition(item) for item in question.all("condition") if item in set(Condition)),
        supplies=_supplies(question, form),
        fields=field_filters.filters_of(question, taxonomy)[0],
        point=from_here.point if from_here else None,
        radius_km=Decimal(form.radius_km.data) if near and form.radius_km.data else None,
        available_from=today() if form.free_now.data else form.available_from.data,
        sort=Sort.NEWEST if sort == "distance" and from_here is None else ORDERS[sort],
        page=question.page,
        page_size=PAGE_SIZE,
    )


def _supplies(question: Question, form: FilterForm) -> tuple[Supply, ...]:
    """What can be collected now is there."""
    return (
        (Supply.THERE,) if form.free_now.data else tuple(Supply(word) for word in question.all("supply") if word in set(Supply))
    )


def facets_of(question: Question, counted: Facets | None) -> list[Facet]:
    """The filters that have counts, in the order of the page."""
    if counted is None:
        return []
    return [
        Facet("materialGroup", _("Material group"), question.choices("materialGroup", counted.groups)),
        *([Facet("supply", _("Now or planned"), question.choices("supply", counted.supplies))] if counted.supplies else []),
        Facet("condition", _("Condition"), question.choices("condition", counted.conditions)),
        Facet("organisation", _("Organisation"), question.choices("organisation", counted.organisations)),
    ]


def chips_of(question: Question, form: FilterForm, taxonomy: Taxonomy, facets: list[Facet], near: Place | None) -> list[Chip]:
    """Everything that narrows the search, each with the address without it."""
    filters, _errors = field_filters.filters_of(question, taxonomy)
    chips = [
        *material_chips(question, taxonomy),
        *field_filters.chips_of(question, filters, taxonomy),
        *facet_chips(question, facets),
        *place_chips(question, form.radius_km.data, near),
    ]
    if form.free_now.data:
        chips.append(Chip(_("Can be collected now"), question.without(("now", None))))
    elif form.available_from.data:
        label = _("Free on %(day)s", day=short_date(form.available_from.data))
        chips.append(Chip(label, question.without(("availableFrom", None))))
    return chips


def orders_of(question: Question, query: CatalogueQuery) -> list[Order]:
    """The ways to sort; by distance only from a place."""
    return [
        Order(label, question.with_one("sort", value), query.sort is ORDERS[value])
        for value, label in SORTS.items()
        if value != "distance" or query.point is not None
    ]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page but the form."""

    question: Question
    total: int
    last: int
    facets: list[Facet]
    chips: list[Chip]
    orders: list[Order]
    lots: list[Lot]
    nothing: Text
    others: Text
    nearest: list[Lot]
    demand: dict[str, str | list[str]]
    keep: str
    mistyped: str = ""  # what was typed, where other words were searched for
    literal: str = ""  # the address that searches for what was typed
    fields: list[FieldBox] = field(default_factory=list)
    keys: tuple[str, ...] = ()  # of these
    silent: list[Text] = field(default_factory=list)


def demand_of(question: Question, taxonomy: Taxonomy) -> dict[str, str | list[str]]:
    """Give what a demand for this search starts with.

    Its material where the words mean one, the words, the place, and what was asked of the fields.
    """
    words, slugs = question.one("q"), question.all("material")
    meant = taxonomy.search(taxonomy.mend(words) or words) if words and not slugs else ()
    result = {"material": slugs[0] if slugs else meant[0].slug if meant else "", "title": words, "place": question.one("place")}
    filters, _errors = field_filters.filters_of(question, taxonomy)
    field_values: dict[str, list[str]] = {}
    for key, value in (pair for field_filter in filters for pair in field_filter.pairs):
        field_values.setdefault(key, []).append(value)
    return {key: value for key, value in result.items() if value} | field_values


def result_lots(rows: Sequence[CatalogueRow[CardRow]], taxonomy: Taxonomy, place: str = "") -> list[Lot]:
    """Make the cards of the results; a `place` that was typed goes along in their addresses."""
    if not rows:
        return []
    address = address_of(place)
    return [lot_of(row.listing, taxonomy, distance_km=row.distance_km, address=address) for row in rows]


def nothing_of(words: str, *, is_near: bool, has_others: bool) -> Text:
    """Write the heading for no results: for which words, and what is shown instead."""
    if not words:
        return _("Nothing found")
    if not has_others:
        return _("Nothing found for “%(words)s”", words=words)
    if is_near:
        return _("Nothing found for “%(words)s”; this is nearest", words=words)
    return _("Nothing found for “%(words)s”; this is the newest", words=words)


def page_of(
    question: Question,
    form: FilterForm,
    near: Place | None,
    query: CatalogueQuery,
    results: CataloguePage[CardRow],
    others: tuple[CatalogueRow[CardRow], ...],
    taxonomy: Taxonomy,
) -> Page:
    """Give the results as the page shows them. `others` are the nearest lots where there are no results.

    Where other words were searched for than were typed, they stand in the field and in every link.
    """
    mistyped, literal = "", ""
    if results.corrected:
        mistyped, literal = query.q, question.with_one("literal", "1")
        question, query = question.asking(results.corrected), replace(query, q=results.corrected)
        form.q.data = results.corrected
    facets = facets_of(question, results.facets)
    place = question.one("place")
    errors = field_filters.filters_of(question, taxonomy)[1]
    by_field = results.facets.fields if results.facets else ()
    boxes = field_filters.boxes_of(question, by_field, errors)
    keys = field_filters.keys_of(boxes)
    form.field_faults = field_filters.faults_of(errors, keys)
    return Page(
        total=results.total,
        last=results.pages,
        facets=facets,
        chips=chips_of(question, form, taxonomy, facets, near),
        orders=orders_of(question, query),
        lots=result_lots(results.rows, taxonomy, place),
        nothing=nothing_of(query.q, is_near=query.point is not None, has_others=bool(others)),
        others=_("Newest outside your search") if query.point is None else _("Nearest outside your search"),
        nearest=result_lots(others, taxonomy, place),
        demand={} if results.total else demand_of(question, taxonomy),
        keep=f"{url_for('searches.create')}?{question.query()}",
        question=question,
        mistyped=mistyped,
        literal=literal,
        fields=boxes,
        keys=keys,
        silent=field_filters.silent_of(by_field, query.fields),
    )
