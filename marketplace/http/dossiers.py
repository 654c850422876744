"""The dossier of continued use: what was answered about a transfer, gathered."""

from collections.abc import Iterator

from flask import Response

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.advice.rules.opinions import VERDICT_LABELS
from marketplace.documents.models import Opinion, Paper
from marketplace.documents.queries import list_lifts_of, list_opinions_of, list_papers
from marketplace.documents.rules import PAPER_STATE_LABELS, Verdict, find_state
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import place_of
from marketplace.exchange.queries.reservations import get_for_dossier
from marketplace.exchange.queries.signatures import find_approval, find_request, find_statements, find_teller
from marketplace.exchange.queries.terms import ordered_of, terms_of
from marketplace.exchange.rules.reservation import STATUS_LABELS, ReservationStatus
from marketplace.http.papers import address_of, file_answer, signed
from marketplace.http.sources import source_name
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.formats import long_date, moment, money, number, quantity
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Unit
from marketplace.market.queries.gates import asks_destination, list_findings
from marketplace.market.rules.listing import ANSWER_LABELS, CONDITION_LABELS, Condition
from marketplace.market.rules.listing import Answer as HazardAnswer
from marketplace.materials.queries import get_taxonomy, taxonomy_of_version
from marketplace.materials.rules.fields import UNKNOWN, format_answer
from marketplace.materials.rules.gates import Severity
from marketplace.materials.rules.soil import SoilClass
from marketplace.materials.rules.taxonomy import Material, Taxonomy
from marketplace.sheets import continued_use
from marketplace.sheets.continued_use import Answer, Dossier, ShownOpinion, ShownPaper, UseTest

YES_NO: dict[bool | None, Text | str] = {True: _("yes"), False: _("no"), None: ""}


def dossier_answer(session: Session, actor: Actor, reservation_id: int) -> Response:
    """The dossier as a file to look at."""
    content = continued_use.continued_use(dossier_of(session, actor, reservation_id))
    return file_answer(content, continued_use.MEDIA_TYPE, _("continued-use"), reservation_id, "pdf")


def dossier_of(session: Session, actor: Actor, reservation_id: int) -> Dossier:
    """Gather everything in the dossier.

    Refused before approval and for a reservation that ended (Conflict); Missing for anyone who may not follow it.
    """
    reservation = get_for_dossier(session, actor, reservation_id)
    listing, taxonomy = reservation.listing, get_taxonomy(session)
    material = taxonomy.material_by_id(listing.material_id)
    return Dossier(
        number=reservation_id,
        address=address_of(reservation_id),
        lot=listing.title,
        state=str(_("State: %(status)s", status=STATUS_LABELS[ReservationStatus(reservation.status)])),
        certain=UseTest(
            _("1. Certain use"),
            _("Is it firm who uses what, for what and when, and are both sides bound to it?"),
            tuple(_certain(session, actor, reservation)),
        ),
        lawful=UseTest(
            _("2. Lawful use"),
            _("Does a rule forbid it, and is there what a rule asks for?"),
            tuple(_lawful(session, actor, reservation, material, taxonomy)),
        ),
        same_grade=UseTest(
            _("3. Use of at least the same grade"),
            _("Is it used as it is, for what it was made for or something of a higher grade?"),
            tuple(_same_grade(session, actor, reservation, material)),
        ),
        papers=tuple(_paper(session, paper, taxonomy) for paper in list_papers(session, listing.id)),
        opinions=tuple(_opinion(opinion, taxonomy) for opinion in list_opinions_of(session, [listing.id])[listing.id]),
        made_on=long_date(clock.today()),
        made=clock.today(),
    )


def _certain(session: Session, actor: Actor, reservation: Reservation) -> Iterator[Answer]:
    terms = terms_of(session, reservation)
    requested, approved = signed(find_request(session, actor, reservation)), signed(find_approval(session, actor, reservation))
    owner, receiver, _agreed = find_statements(session, actor, reservation)
    unit = Unit(reservation.unit)
    is_named = terms.destination_basis != "main_place"
    until = clock.local(reservation.expires_at).date() if reservation.expires_at and not reservation.handed_over_on else None
    period = _("from %(day)s", day=long_date(terms.available_from))
    if until is not None:
        period = _("from %(first)s until %(last)s", first=long_date(terms.available_from), last=long_date(until))
    price = terms.price_cents(reservation.quantity)
    yield Answer(_("From whom"), reservation.owner.name, approved)
    yield Answer(_("To whom"), reservation.organisation.name, requested)
    yield Answer(_("How much"), quantity(ordered_of(reservation), unit), requested)
    yield Answer(_("For which project"), reservation.project, requested if reservation.project else "")
    yield Answer(_("Used for what"), reservation.use, requested if reservation.use else "")
    destination = terms.destination_name if is_named else _("%(place)s, because no place was named", place=terms.destination_name)
    yield Answer(_("Where it goes"), destination, requested if is_named else "", is_open=not is_named)
    yield Answer(_("When it is collected"), period, approved)
    yield Answer(_("Approved, and the terms frozen"), _terms_said(reservation, price), approved)
    if reservation.handed_over_at is not None:
        for question, stated in ((_("Handed over"), owner), (_("Received"), receiver)):
            amount = quantity(stated.quantity, unit) if stated.quantity is not None else ""
            yield Answer(question, amount, signed(stated.signature))
    yield Answer(
        _("Replaces a new purchase"),
        YES_NO[terms.replaces_purchase],
        requested if terms.replaces_purchase is not None else "",
        needed=False,
    )


def _terms_said(reservation: Reservation, price: int) -> Text:
    agreed = [version for version in reservation.terms_versions if version.status == "agreed"]
    return _(
        "%(price)s; %(kg)s kg per %(unit)s; version %(version)s of the terms",
        price=money(price) if price else _("free of charge"),
        kg=number(agreed[-1].terms.kg_per_unit) if agreed else "–",
        unit=Unit(reservation.unit).one,
        version=str(len(agreed)),
    )


def _lawful(session: Session, actor: Actor, reservation: Reservation, material: Material, taxonomy: Taxonomy) -> Iterator[Answer]:
    listing = reservation.listing
    declared = _declared(session, actor, reservation)
    by_list = _("list of materials, version %(version)s", version=str(taxonomy.version))
    yield Answer(_("May be passed on"), YES_NO[material.is_tradable], by_list, is_against=not material.is_tradable)
    yield _hazard(_("Asbestos suspected"), listing.asbestos_suspected, declared)
    for hazard in material.hazards:
        yield _hazard(hazard.name, listing.hazards.get(hazard.slug), declared)
    year = str(listing.year_of_construction or "")
    yield Answer(_("Year of construction"), year, declared if year else "", needed=False)
    if asks_destination(session, material):
        requested = signed(find_request(session, actor, reservation))
        for question, slug in (
            (_("Class of the receiving soil"), reservation.receiving_soil),
            (_("Function class of the place"), reservation.function_class),
        ):
            yield Answer(question, SoilClass(slug).label if slug else "", requested if slug else "")
    lifts = list_lifts_of(session, [listing.id])[listing.id]
    for finding in list_findings(session, listing, destination=place_of(reservation), day=reservation.handed_over_on):
        day = long_date(finding.dated_on)
        read = _("%(source)s, read on %(day)s", source=source_name(finding.source), day=day)
        source = read if finding.was_read else _("practice, no text was read; written down on %(day)s", day=day)
        blocks = finding.severity is Severity.BLOCKS and not finding.is_lifted
        yield Answer(
            _("Rule: %(rule)s", rule=_rule(taxonomy, finding.rule)),
            finding.sentence,
            source,
            is_open=not blocks and not finding.is_lifted,
            is_against=blocks,
            is_rule=True,
        )
    for lift in lifts:
        yield Answer(
            _("Rule lifted: %(rule)s", rule=_rule(taxonomy, lift.rule)),
            _("%(reason)s (paper %(number)s)", reason=lift.reason, number=lift.paper.number or "–"),
            f"{lift.organisation.name}, {moment(lift.lifted_at)}",
        )


def _rule(taxonomy: Taxonomy, slug: str) -> str:
    """What a rule is called; its id where the version in use has none of that name."""
    return next((gate.name for gate in taxonomy.gates if gate.slug == slug), slug)


def _hazard(question: Text | str, answer: str | None, declared: str) -> Answer:
    if not answer:
        return Answer(question)
    hazard_answer = HazardAnswer(answer)
    return Answer(question, ANSWER_LABELS[hazard_answer], declared, is_open=hazard_answer is HazardAnswer.UNKNOWN)


def _same_grade(session: Session, actor: Actor, reservation: Reservation, material: Material) -> Iterator[Answer]:
    terms, listing = terms_of(session, reservation), reservation.listing
    requested, declared = signed(find_request(session, actor, reservation)), _declared(session, actor, reservation)
    owner, receiver, _agreed = find_statements(session, actor, reservation)
    for question, answer in (
        (_("Used again as it is, without processing"), reservation.reused_as_is),
        (_("For what it was made for, or a higher grade"), reservation.same_grade),
    ):
        yield Answer(question, YES_NO[answer], requested if answer is not None else "", is_against=answer is False)
    yield Answer(_("Used for what"), reservation.use, requested if reservation.use else "")
    yield Answer(_("Condition, as agreed"), CONDITION_LABELS[Condition(terms.condition)], declared)
    if reservation.handed_over_at is not None:
        for question, stated in ((_("Condition at the hand-over"), owner), (_("Condition as received"), receiver)):
            label = CONDITION_LABELS[Condition(stated.condition)] if stated.condition else ""
            yield Answer(question, label, signed(stated.signature) if label else "", needed=False)
    taxonomy = taxonomy_of_version(session, listing.fields_version) if listing.fields_version else None
    material_then = (taxonomy.find_material(material.slug) if taxonomy else None) or material
    for field in material_then.fields:
        answer = listing.fields.get(field.slug)
        text = "" if answer is None else format_answer(field, answer)
        yield Answer(field.name, text, declared if text else "", is_open=answer == UNKNOWN, needed=field.is_needed)


def _declared(session: Session, actor: Actor, reservation: Reservation) -> str:
    """Who said what stands with the lot, and when that was said last."""
    teller = find_teller(session, actor, reservation)
    return signed(teller) if teller else f"{reservation.owner.name}, {moment(reservation.listing.created_at)}"


def _paper(session: Session, paper: Paper, taxonomy: Taxonomy) -> ShownPaper:
    owner = session.get(Organisation, paper.organisation_id)
    return ShownPaper(
        kind=taxonomy.name_of_paper_kind(paper.kind),
        number=paper.number,
        issuer=paper.issuer,
        issued_on=long_date(paper.issued_on),
        valid_until=long_date(paper.valid_until) if paper.valid_until else str(_("no last day")),
        state=PAPER_STATE_LABELS[find_state(paper.valid_until, clock.today())],
        added_by=f"{owner.name if owner else ''}, {moment(paper.added_at)}",
    )


def _opinion(opinion: Opinion, taxonomy: Taxonomy) -> ShownOpinion:
    about = _rule(taxonomy, opinion.rule) if opinion.rule else _("the lot as a whole")
    return ShownOpinion(
        who=f"{opinion.organisation.name}, {moment(opinion.given_at)}",
        verdict=VERDICT_LABELS[Verdict(opinion.verdict)],
        about=about,
        text=opinion.text,
    )
