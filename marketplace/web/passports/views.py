"""The passports: the list with its map, and the page of each."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may
from marketplace.http.passports import passport_answer
from marketplace.http.request import current_actor, current_session, public
from marketplace.passports.queries.assets import get_asset, holdings_of, list_assets, sum_held
from marketplace.valuations.rules.method import SHADOW
from marketplace.web.passports import keep, owned
from marketplace.web.passports.shown import PassportPage
from marketplace.web.ui import passports
from marketplace.web.ui.search_address import Question

blueprint = Blueprint("passports", __name__)
keep.register(blueprint)
owned.register(blueprint)


@blueprint.get("/paspoorten")
@public
def index() -> ResponseReturnValue:
    """List what is owned, with what it holds; for visitors what its owners made public."""
    session, actor = current_session(), current_actor()
    question = Question(url_for("passports.index"), request.args, passports.KEYS)
    form = passports.search_form(session, actor)
    wanted = passports.read_filter(session, actor, question, form)
    rows, total = result = list_assets(session, actor, wanted)
    last = max(1, -(-total // passports.PAGE_SIZE))
    if question.page > last:
        return redirect(question.at(last), 303)
    held = holdings_of(session, [row.id for row in rows])
    page = passports.page_of(session, actor, question, form, result, held, sum_held(session, actor, wanted))
    return render_template(
        "passports/_map.html" if question.one("weergave") == "kaart" else "passports/index.html",
        form=form,
        question=question,
        near=None,
        page=page,
        marks=url_for("map.show_asset_marks"),
        may_keep=may(actor, Can.KEEP_PASSPORTS),
    )


@blueprint.get("/paspoorten/<int:asset_id>")
@public
def show(asset_id: int) -> ResponseReturnValue:
    """One passport: its layers and parts, what happened to them, and when it comes free."""
    session, actor = current_session(), current_actor()
    page = PassportPage.of(session, actor, get_asset(session, actor, asset_id))
    return render_template("passports/show.html", page=page, shadow=SHADOW)


@blueprint.get("/paspoorten/<int:asset_id>/paspoort.pdf")
@public
def paper(asset_id: int) -> ResponseReturnValue:
    """The passport as a paper, with its code. With what it is worth only where that is asked for, by whoever may read it."""
    return passport_answer(current_session(), current_actor(), asset_id, with_worth="waarde" in request.args)
