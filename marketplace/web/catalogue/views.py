"""The catalogue and the page of a lot: open to everybody."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from marketplace.accounts.policy import Can, may
from marketplace.accounts.queries.people import find_contact
from marketplace.catalogue.queries.feed import feed as feed_of
from marketplace.catalogue.queries.saved import favourite_ids
from marketplace.catalogue.queries.search import browse, nearest_outside, search
from marketplace.exchange.queries.reservations import find_spot, phone_shown_to
from marketplace.exchange.queries.terms import count_fixed_terms
from marketplace.http.page_cache import cached_page
from marketplace.http.request import current_actor, current_session, permission, public, site_address
from marketplace.http.tables import table_answer, workbook_answer
from marketplace.kernel.language import _
from marketplace.kernel.paging import PAGE_SIZE_MAX
from marketplace.market.models import Listing
from marketplace.market.queries.gates import list_visible_findings
from marketplace.market.queries.listings import get_listing, list_visible_listings
from marketplace.materials.queries import fields_of_version, get_taxonomy
from marketplace.planned.queries import get_reliability, list_date_changes
from marketplace.sheets.listing_rows import Lots
from marketplace.sheets.workbook import Sheet
from marketplace.web.catalogue.comparing import MOST, comparison_of
from marketplace.web.catalogue.saving import saving_of
from marketplace.web.catalogue.taking import taking, terms_of
from marketplace.web.ui import finder, search_results
from marketplace.web.ui.freshness import LOT_ANSWERS, confirmation_of_listing
from marketplace.web.ui.lots import lot_page
from marketplace.web.ui.open_formats import FEED_SIZE, atom, structured
from marketplace.web.ui.opinions import opinions_of
from marketplace.web.ui.paging import numbers_of
from marketplace.web.ui.papers import papers_of
from marketplace.web.ui.plans import changes_of, reliability_of
from marketplace.web.ui.reporting import reporting_of
from marketplace.web.ui.search_address import Question
from marketplace.web.ui.search_form import FilterForm, PlaceForm
from marketplace.web.ui.talk import questions_of
from marketplace.web.ui.windows import municipal_names, turns_of

EXPORTED_MOST = 1_000  # lots in one file
blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/aanbod")
@public
@cached_page
def list_listings() -> ResponseReturnValue:
    """What is there, how much, how far and from when."""
    question = Question(url_for("catalogue.list_listings"), request.args)
    form = FilterForm(request.args)
    form.validate()
    typed = finder.near_of(form)
    session, actor = current_session(), current_actor()
    here = typed or finder.home_of(session, actor)
    near = here if typed or form.radius_km.data else None
    taxonomy = get_taxonomy(session)
    requested = search_results.read_catalogue_query(question, form, near, here, taxonomy)
    result = browse(session, actor, requested)
    if question.page > result.pages:
        return redirect(question.at(result.pages), 303)
    others = () if result.total else nearest_outside(session, actor, requested)
    page = search_results.page_of(question, form, near, requested, result, others, taxonomy)
    feed_address = question.elsewhere(url_for("catalogue.feed")).without(("sort", None), ("weergave", None))
    visible = "map/_page.html" if question.one("weergave") == "kaart" else "catalogue/list_listings.html"
    around = {
        **_exports(),
        "feed_address": feed_address,
        "marks": url_for("map.show_marks"),
        "favourites": _favourite_ids(),
    }
    return render_template(visible, form=form, question=page.question, near=here, page=page, **around)


@blueprint.get("/aanbod/vergelijken")
@public
def compare() -> str:
    """Two to four lots side by side; of more the first four."""
    session, actor = current_session(), current_actor()
    numbers = numbers_of(request.args.getlist("lots"))
    listings = list_visible_listings(session, actor, numbers[:MOST])
    comparison = comparison_of(session, listings, get_taxonomy(session), finder.home_of(session, actor))
    left_out = len(numbers) > MOST
    gone = len(numbers[:MOST]) - len(listings)
    return render_template(
        "catalogue/compare.html", comparison=comparison, left_out=left_out, gone=gone, only=request.args.get("only") == "1"
    )


@blueprint.get("/aanbod.csv")
@permission(Can.WORK)
def export() -> Response:
    """The lots of any search as a table, with a column for each field of their materials."""
    lots = _exported()
    return table_answer(_("materials-bank-supply"), lots.header, lots.lines())


@blueprint.get("/aanbod.xlsx")
@permission(Can.WORK)
def export_workbook() -> Response:
    """The same as a file of one sheet."""
    lots, name = _exported(), _("Supply")
    return workbook_answer(_("materials-bank-supply"), [Sheet(name, lots.header, lots.lines())], title=name)


def _exports() -> dict[str, Any]:
    """Where the reader may have this search as a table; nowhere for visitors."""
    views = (("csv_address", "catalogue.export"), ("xlsx_address", "catalogue.export_workbook"))
    is_let_in = may(current_actor(), Can.WORK)
    addresses = {
        name: Question(url_for(view), request.args).without(("weergave", None)) if is_let_in else "" for name, view in views
    }
    return {**addresses, "most": EXPORTED_MOST}


def _exported() -> Lots:
    question = Question(url_for("catalogue.list_listings"), request.args)
    form = FilterForm(request.args)
    form.validate()
    near, session, actor = finder.near_of(form), current_session(), current_actor()
    taxonomy = get_taxonomy(session)
    requested = search_results.read_catalogue_query(question, form, near, near, taxonomy)
    listings: list[Listing] = []
    for number in range(1, EXPORTED_MOST // PAGE_SIZE_MAX + 1):
        page = search(session, actor, replace(requested, page=number, page_size=PAGE_SIZE_MAX))
        listings += [row.listing for row in page.rows]
        if number >= page.pages:
            break
    versions = {listing.fields_version for listing in listings}
    site = site_address()
    return Lots(
        listings,
        taxonomy,
        {version: fields_of_version(session, version) for version in versions},
        lambda listing: site + url_for("catalogue.show_listing", listing_id=listing.id),
    )


@blueprint.get("/aanbod.atom")
@public
def feed() -> Response:
    """The lots of any search for feed readers, newest change first, and which have gone."""
    has_one_order = MultiDict(pair for pair in request.args.items(multi=True) if pair[0] not in ("sort", "weergave"))
    question = Question(url_for("catalogue.feed"), has_one_order)
    form = FilterForm(request.args)
    form.validate()
    near = finder.near_of(form)
    session = current_session()
    taxonomy = get_taxonomy(session)
    requested = replace(search_results.read_catalogue_query(question, form, near, near, taxonomy), page_size=FEED_SIZE)
    content = atom(feed_of(session, requested), taxonomy, question, site=site_address())
    return Response(content, content_type="application/atom+xml; charset=utf-8")


@blueprint.get("/aanbod/<int:listing_id>")
@public
@cached_page
def show_listing(listing_id: int) -> str:
    """Show whether this lot is what somebody needs. Those who may can reserve it, or change it."""
    form = PlaceForm(request.args)
    typed = form.find()
    session, actor = current_session(), current_actor()
    listing, taxonomy = get_listing(session, actor, listing_id), get_taxonomy(session)
    here = typed or (finder.home_of(session, actor) if actor.organisation_id != listing.organisation_id else None)
    lot = lot_page(session, listing, taxonomy)
    findings = list_visible_findings(session, actor, listing)
    return render_template(
        "catalogue/show_listing.html",
        listing=listing,
        lot=lot,
        form=form,
        saving=saving_of(listing, lot, taxonomy, here),
        structured=structured(listing, lot, site=site_address()),
        taking=taking(actor, listing, findings),
        findings=findings,
        terms=terms_of(listing, lot),
        fixed_terms=count_fixed_terms(session, listing.id) if may(actor, Can.EDIT_LISTING, listing) else 0,
        turns=turns_of(listing, actor, municipal_names(session) if listing.chosen_circle else {}),
        confirmation=confirmation_of_listing(actor, listing),
        lot_answers=LOT_ANSWERS,
        exact=find_spot(session, actor, listing),
        changes=changes_of(list_date_changes(session, actor, listing_id)),
        reliable=reliability_of(get_reliability(session, actor, listing.organisation_id)) if listing.planned else None,
        lot_questions=questions_of(session, actor, listing),
        opinions=opinions_of(session, actor, listing, taxonomy),
        reporting=reporting_of(session, lot.material, lot.lot.from_on) if lot.is_left else None,
        lot_papers=papers_of(session, actor, listing),
        phone=phone_shown_to(actor, find_contact(session, listing.created_by_id)) if actor.is_member else None,
        away=search_results.away_from(here, listing),
        favourites=_favourite_ids(),
        share=site_address() + url_for("catalogue.show_listing", listing_id=listing_id),
    )


def _favourite_ids() -> frozenset[int] | None:
    """The lots that this reader keeps; None for those who keep none: visitors."""
    return favourite_ids(current_session(), current_actor()) if current_actor().is_member else None
