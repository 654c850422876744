"""What several municipalities need together: the list, one of them, and its files."""

from flask import Blueprint, Response, render_template, request

from marketplace.accounts.policy import Can
from marketplace.http.joint import clause_of, joint_paper_answer, joint_table_answer
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.joint.queries.groups import PAGE_SIZE, list_joint_needs
from marketplace.joint.queries.needs import JointNeed, get_joint_need, list_public_buyers
from marketplace.materials.queries import get_taxonomy
from marketplace.sheets.joint_need import circles_in_words, how_counted, period_of, who_needs
from marketplace.web.joint import shown
from marketplace.web.joint.forms import JointForm
from marketplace.web.ui.paging import paged

blueprint = Blueprint("joint", __name__)
READS = permission(Can.READ_JOINT_NEEDS)


@blueprint.get("/gezocht/samen")
@READS
@one_moment
def list_needs() -> str:
    """What two or more municipalities need at the same time, with what the bank covers of it."""
    session, actor = current_session(), current_actor()
    buyers = list_public_buyers(session)
    form = JointForm(request.args, get_taxonomy(session))
    form.set_organisations(buyers)
    question = form.question({buyer.slug for buyer in buyers})
    rows, place = paged(
        lambda at: list_joint_needs(
            session, actor, question, material=form.chosen_material, offset=(at - 1) * PAGE_SIZE, limit=PAGE_SIZE
        ),
        PAGE_SIZE,
    )
    pairs = shown.pairs_of(request.args)
    return render_template(
        "joint/list_needs.html",
        form=form,
        question=question,
        columns=shown.list_columns(question.within_km),
        rows=shown.listed(rows, question),
        is_filtered=bool(pairs),
        address=lambda number: shown.address_of("joint.list_needs", [*pairs, ("page", str(number))]),
        **place,
    )


@blueprint.get("/gezocht/samen/<slug>")
@READS
@one_moment
def show(slug: str) -> str:
    """One material that several need: what the bank covers, and all to buy the rest by."""
    session = current_session()
    form, need = _form_and_need(slug)
    buyers = list_public_buyers(session)
    named = {asker.slug for asker in need.askers} | set(need.question.organisations)
    form.set_organisations(buyer for buyer in buyers if buyer.slug in named)
    clause = clause_of(need, get_taxonomy(session))
    return render_template(
        "joint/show.html" if need.rows else "joint/_nothing.html",
        form=form,
        need=need,
        files={
            ending: shown.address_of(f"joint.{ending}", shown.pairs_of(request.args), slug=slug) for ending in ("paper", "table")
        },
        hidden=shown.pairs_of(request.args, "waarde", "materiaal"),
        estimate_pairs=shown.pairs_of(request.args, *(key for key in shown.KEYS if key != "waarde")),
        others=shown.others_of(need),
        **(_content(need) | shown.texts_of(need, clause) if need.rows else {}),
    )


def _content(need: JointNeed) -> dict[str, object]:
    return {
        "who": who_needs(need),
        "period": period_of(need),
        "figures": shown.figures_of(need),
        "shares": shown.shares_table(need),
        "needs": shown.needs_table(need),
        "lots": shown.lots_table(need),
        "circles": shown.circles_table(need),
        "thresholds": shown.thresholds_table(need),
        "counted": how_counted(need),
        "circles_in_words": circles_in_words(),
    }


@blueprint.get("/gezocht/samen/<slug>/onderbouwing.pdf")
@READS
@one_moment
def paper(slug: str) -> Response:
    """The need with its arithmetic, its clause and the thresholds, as a PDF."""
    return joint_paper_answer(_form_and_need(slug)[1].if_needed(), get_taxonomy(current_session()))


@blueprint.get("/gezocht/samen/<slug>/behoeften.csv")
@READS
@one_moment
def table(slug: str) -> Response:
    """The needs as a table."""
    return joint_table_answer(_form_and_need(slug)[1].if_needed())


def _form_and_need(slug: str) -> tuple[JointForm, JointNeed]:
    session = current_session()
    form = JointForm(request.args, get_taxonomy(session))
    question = form.question({buyer.slug for buyer in list_public_buyers(session)})
    return form, get_joint_need(session, current_actor(), slug, question)
