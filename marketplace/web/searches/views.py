"""Saved searches: save the address of the catalogue, open it again, delete it."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can
from marketplace.catalogue.actions.saved_searches import delete_search, save_search
from marketplace.catalogue.queries.saved import list_saved_searches
from marketplace.catalogue.rules.saved_query import read_filters
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.searches.forms import KeepForm
from marketplace.web.searches.words import describe_search, mailed_of, organisation_names
from marketplace.web.ui.form_page import done, page, submit
from marketplace.web.ui.search_address import Question

blueprint = Blueprint("searches", __name__)


@blueprint.get("/zoekopdrachten")
@permission(Can.OWN_ACCOUNT)
def list_searches() -> str:
    """The searches that somebody keeps."""
    session, actor = current_session(), current_actor()
    rows, taxonomy, names = list_saved_searches(session, actor), get_taxonomy(session), organisation_names(session)
    searches = [(row, describe_search(read_filters(row.query), taxonomy, names)) for row in rows]
    return render_template("searches/list_searches.html", searches=searches, mailed=mailed_of(session, actor))


@blueprint.route("/zoekopdrachten/nieuw", methods=("GET", "POST"))
@permission(Can.OWN_ACCOUNT)
def create() -> ResponseReturnValue:
    """Keep the search that stands in this address, under a name."""
    question = Question(url_for("catalogue.list_listings"), request.args)
    session = current_session()
    form = KeepForm(data={"name": name_of(question, get_taxonomy(session))})
    if submit(form, lambda: save_search(session, current_actor(), name=form.name.data or "", query=question.query())):
        return done(_("Your search is saved."), url_for("searches.list_searches"))
    facts = describe_search(read_filters(question.query()), get_taxonomy(session), organisation_names(session))
    action = f"{url_for('searches.create')}?{question.query()}"
    return page(
        "searches/create.html", form, question=question, action=action, facts=facts, mailed=mailed_of(session, current_actor())
    )


@blueprint.post("/zoekopdrachten/<int:search_id>/verwijderen")
@permission(Can.OWN_ACCOUNT)
def delete(search_id: int) -> ResponseReturnValue:
    """Let a search go."""
    delete_search(current_session(), current_actor(), search_id=search_id)
    return done(_("Your search is deleted."), url_for("searches.list_searches"))


def name_of(question: Question, taxonomy: Taxonomy) -> str:
    """A first name for a search: its words, materials, groups and place."""
    groups = {group.slug: group.name for group in taxonomy.groups}
    materials = [row.name for slug in question.all("material") if (row := taxonomy.find_material(slug))]
    chosen = [groups[slug] for slug in question.all("materialGroup") if slug in groups]
    return ", ".join(part for part in (question.one("q"), *materials, *chosen, question.one("place")) if part)[:120]
