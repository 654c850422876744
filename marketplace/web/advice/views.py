"""The adviser's list, the page where a lot is judged, and lots that a later rule stops."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, require
from marketplace.advice.actions import opinions as verbs
from marketplace.advice.queries.findings import list_lots_to_judge, list_rules, may_be_lifted
from marketplace.advice.queries.opinions import list_waiting_requests
from marketplace.advice.queries.requirements import list_lots_to_mend
from marketplace.documents.queries import list_papers
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel import clock
from marketplace.kernel.formats import long_date
from marketplace.kernel.language import Text, _
from marketplace.market.queries.gates import list_findings, paper_facts
from marketplace.market.queries.listings import get_listing
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.gates import Severity
from marketplace.web.advice.forms import LiftForm, OpinionForm, RequestForm
from marketplace.web.ui.form_page import done, page, submit
from marketplace.web.ui.forms import Form
from marketplace.web.ui.jobs import picture_of
from marketplace.web.ui.lots import lot_page
from marketplace.web.ui.opinions import opinions_of, rule_name
from marketplace.web.ui.paging import PAGE_SIZE, paged
from marketplace.web.ui.papers import papers_of

blueprint = Blueprint("advice", __name__)
METHODS = ("GET", "POST")
ID_DIGITS_MAX = 9


@blueprint.get("/aanbod/<int:listing_id>/oordeel")
@permission(Can.READ_PAPERS)
def show(listing_id: int) -> ResponseReturnValue:
    """Show what rules and advisers say of a lot, and the ways to ask, judge and lift."""
    return _page(listing_id)


def _page(listing_id: int, sent: Form | None = None) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    listing, taxonomy = get_listing(session, actor, listing_id), get_taxonomy(session)
    require(actor, Can.READ_PAPERS, listing)
    findings = list_findings(session, listing)
    opinions = opinions_of(session, actor, listing, taxonomy)
    return page(
        "advice/show.html",
        sent,
        listing=listing,
        lot=lot_page(session, listing, taxonomy),
        findings=findings,
        opinions=opinions,
        lot_papers=papers_of(session, actor, listing),
        asking=sent if isinstance(sent, RequestForm) else RequestForm(formdata=None),
        judging=sent if isinstance(sent, OpinionForm) else _opinion_form(listing_id),
        lifting=sent if isinstance(sent, LiftForm) else _lift_form(listing_id),
    )


def _opinion_form(listing_id: int, form: OpinionForm | None = None) -> OpinionForm:
    session = current_session()
    listing, taxonomy = get_listing(session, current_actor(), listing_id), get_taxonomy(session)
    rules = sorted((str(rule_name(taxonomy, rule)), rule) for rule in list_rules(session, listing))
    return (form or OpinionForm(formdata=None)).offer([(rule, name) for name, rule in rules])


def _lift_form(listing_id: int, form: LiftForm | None = None) -> LiftForm:
    """Only what stops the lot and may be lifted, and only papers that count today."""
    session = current_session()
    listing, taxonomy, today = get_listing(session, current_actor(), listing_id), get_taxonomy(session), clock.today()
    rules: dict[str, Text | str] = {
        finding.rule: rule_name(taxonomy, finding.rule)
        for finding in list_findings(session, listing)
        if finding.severity is Severity.BLOCKS and not finding.is_lifted and may_be_lifted(session, finding)
    }
    papers: list[tuple[str, Text | str]] = [
        (
            str(paper.id),
            _(
                "%(number)s of %(issuer)s, %(day)s",
                number=paper.number or paper.id,
                issuer=paper.issuer,
                day=long_date(paper.issued_on),
            ),
        )
        for paper in list_papers(session, listing_id)
        if paper_facts(paper).is_valid_on(today)
    ]
    return (form or LiftForm(formdata=None)).offer(rules.items(), papers)


def _there(listing_id: int) -> str:
    return url_for("advice.show", listing_id=listing_id)


@blueprint.route("/aanbod/<int:listing_id>/oordeel/geven", methods=METHODS)
@permission(Can.ADVISE)
def give(listing_id: int) -> ResponseReturnValue:
    """Give an opinion of a lot."""
    if request.method != "POST":
        return redirect(_there(listing_id), 303)
    form = _opinion_form(listing_id, OpinionForm())
    session, actor = current_session(), current_actor()
    if submit(form, lambda: verbs.give_opinion(session, actor, listing_id=listing_id, draft=form.draft())):
        return done(_("Your opinion is now shown with the lot. Its owner is told."), _there(listing_id))
    return _page(listing_id, form)


@blueprint.route("/aanbod/<int:listing_id>/oordeel/vragen", methods=METHODS)
@permission(Can.EDIT_LISTING)
def ask(listing_id: int) -> ResponseReturnValue:
    """Ask the advisers for an opinion of a lot of one's own."""
    if request.method != "POST":
        return redirect(_there(listing_id), 303)
    form, session, actor = RequestForm(), current_session(), current_actor()
    if submit(form, lambda: verbs.ask_for_opinion(session, actor, listing_id=listing_id, text=form.text.data or "")):
        return done(_("The adviser has been asked. You will hear as soon as there is an opinion."), _there(listing_id))
    return _page(listing_id, form)


@blueprint.route("/aanbod/<int:listing_id>/oordeel/opheffen", methods=METHODS)
@permission(Can.LIFT_GATE)
def lift(listing_id: int) -> ResponseReturnValue:
    """Lift a rule that stops a lot, on one of its papers."""
    if request.method != "POST":
        return redirect(_there(listing_id), 303)
    form = _lift_form(listing_id, LiftForm())
    session, actor = current_session(), current_actor()
    if submit(form, lambda: verbs.lift_gate(session, actor, listing_id=listing_id, draft=form.draft())):
        return done(_("The rule is lifted for this lot. Its owner is told."), _there(listing_id))
    return _page(listing_id, form)


@blueprint.get("/oordelen")
@permission(Can.ADVISE)
def list_lots() -> ResponseReturnValue:
    """List the lots that ask for an opinion.

    Those of which one was asked for, and those that a rule stops until somebody judges.
    """
    session, actor, taxonomy = current_session(), current_actor(), get_taxonomy(current_session())
    group, rule, typed = (request.args.get(name, "") for name in ("groep", "regel", "voor"))
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= ID_DIGITS_MAX else None
    requests, place = paged(lambda page: list_waiting_requests(session, actor, page=page, page_size=PAGE_SIZE))
    part = list_lots_to_judge(session, actor, group=group if taxonomy.group(group) else "", rule=rule, before=before)
    return render_template(
        "advice/list_lots.html",
        requests=requests,
        part=part,
        groups=taxonomy.groups,
        rules=[gate for gate in taxonomy.gates if gate.is_liftable or gate.takes_opinion],
        group=group,
        rule=rule,
        before=before,
        rule_name=lambda slug: rule_name(taxonomy, slug),
        picture_of=picture_of,
        **place,
    )


@blueprint.get("/werk/nieuwe-eisen")
@permission(Can.OFFER)
def list_requirements() -> ResponseReturnValue:
    """The lots of the own organisation that a rule stops which came after they were published."""
    rows = list_lots_to_mend(current_session(), current_actor())
    return render_template("advice/list_requirements.html", rows=rows, picture_of=picture_of)
