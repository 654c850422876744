"""The search in what is wanted, from its address to its page, for the list and the map."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from marketplace.accounts.policy import Actor, Can, may
from marketplace.kernel.formats import short_date
from marketplace.kernel.language import _
from marketplace.market.rules.demand import DemandStatus
from marketplace.matching.queries.own_lots import LOTS_MAX
from marketplace.matching.queries.wanted import WantedFacets, WantedFound, WantedRow
from marketplace.matching.rules.wanted import Fit, WantedQuery, WantedSort
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.places.rules import Place
from marketplace.web.ui.finder import Facet, Order, facet_chips, material_chips, place_chips
from marketplace.web.ui.search_address import Chip, Choice, Question
from marketplace.web.ui.search_form import WANTED_SORTS, WantedForm
from marketplace.web.ui.wants import Want, want_of

KEYS = (
    *("q", "fits", "materialGroup", "material", "organisation", "place", "radiusKm", "neededBy", "mine"),
    *("literal", "sort", "weergave", "page"),
)
PAGE_SIZE = 10
ORDERS = dict(zip(WANTED_SORTS, (WantedSort.FITS, WantedSort.DISTANCE, WantedSort.NEEDED_FROM, WantedSort.NEWEST), strict=True))


@dataclass(frozen=True, slots=True)
class WantedPage:
    """Everything on the page but the form. `compared_newest`: so many lots were looked at, where that may not be all.

    `question`: with the words that were searched for, where other ones were `mistyped`; `literal` searches for those all the same.
    """

    question: Question
    total: int
    last: int
    facets: list[Facet]
    chips: list[Chip]
    orders: list[Order]
    wants: list[Want]
    nearest: list[Want]
    material: str
    is_mine: bool
    compared_newest: int | None
    mistyped: str = ""
    literal: str = ""


def is_mine(question: Question, actor: Actor) -> bool:
    """Whether a member looks at what the own organisation asks, over or not."""
    return actor.is_member and question.one("mine") == "1"


def read_wanted_query(question: Question, form: WantedForm, near: Place | None, here: Place | None, actor: Actor) -> WantedQuery:
    """The question. What is no order or filter is left out; those who may have lots see first what fits these."""
    mine = is_mine(question, actor)
    usual = "newest" if mine else "fits" if may(actor, Can.OFFER) else "distance" if near else "neededFrom"
    return WantedQuery(
        q=form.q.data or "",
        is_literal=bool(question.one("literal")),
        groups=question.all("materialGroup"),
        materials=question.all("material"),
        organisations=question.all("organisation"),
        fits=tuple(Fit(word) for word in question.all("fits") if word in set(Fit)),
        point=here.point if here else None,
        radius_km=Decimal(form.radius_km.data) if near and form.radius_km.data else None,
        last=form.needed_by.data,
        sort=ORDERS[form.sort.data if form.sort.data in WANTED_SORTS else usual],
        page=question.page,
        page_size=PAGE_SIZE,
        mine=mine,
        statuses=() if mine else (DemandStatus.OPEN,),
    )


def facets_of(question: Question, counted: WantedFacets) -> list[Facet]:
    """The filters that have counts, in the order of the page."""
    chosen = question.all("fits")
    fits = [Choice(item.key, item.name, item.count, item.key in chosen) for item in counted.fits]
    return [
        Facet("fits", _("Fits what I have"), fits),
        Facet("materialGroup", _("Material group"), question.choices("materialGroup", counted.groups)),
        Facet("organisation", _("Organisation"), question.choices("organisation", counted.organisations)),
    ]


def chips_of(question: Question, form: WantedForm, taxonomy: Taxonomy, facets: list[Facet], near: Place | None) -> list[Chip]:
    """Everything that narrows the search, each with the address without it."""
    chips = [
        *material_chips(question, taxonomy),
        *place_chips(question, form.radius_km.data, near),
        *facet_chips(question, facets),
    ]
    if form.needed_by.data:
        label = _("Needed by %(day)s", day=short_date(form.needed_by.data))
        chips.append(Chip(label, question.without(("neededBy", None))))
    return chips


def orders_of(question: Question, query: WantedQuery, results: WantedFound) -> list[Order]:
    """The ways to sort. By what fits for those who have lots, by distance from a place, the newest where nothing can fit."""
    has_lots = results.compared > 0
    there = {"fits": has_lots, "distance": query.point is not None, "neededFrom": True, "newest": not has_lots}
    return [
        Order(label, question.with_one("sort", word), results.sort is ORDERS[word])
        for word, label in WANTED_SORTS.items()
        if there[word]
    ]


def page_of(
    question: Question,
    form: WantedForm,
    near: Place | None,
    query: WantedQuery,
    results: WantedFound,
    others: Sequence[WantedRow],
    taxonomy: Taxonomy,
    actor: Actor,
) -> WantedPage:
    """Give the results as the page shows them. `others` are like what was asked, where there are no results."""
    mistyped, literal = "", ""
    if results.corrected:
        mistyped, literal = query.q, question.with_one("literal", "1")
        question, query = question.asking(results.corrected), replace(query, q=results.corrected)
        form.q.data = results.corrected
    facets = facets_of(question, results.facets)
    meant = taxonomy.search(query.q) if query.q and not query.materials else ()
    return WantedPage(
        question=question,
        total=results.total,
        last=results.pages,
        facets=facets,
        chips=chips_of(question, form, taxonomy, facets, near),
        orders=orders_of(question, query, results),
        wants=[want_of(row, taxonomy, actor, with_state=query.mine) for row in results.rows],
        nearest=[want_of(row, taxonomy, actor) for row in others],
        material=query.materials[0] if query.materials else meant[0].slug if meant else "",
        is_mine=query.mine,
        compared_newest=LOTS_MAX if results.compared >= LOTS_MAX else None,
        mistyped=mistyped,
        literal=literal,
    )
