"""The rules at work: publishing, changing, reserving and handing over a lot that they stop, and the papers that open the way."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR, Actor
from marketplace.depots.actions.movements import By, split_off
from marketplace.depots.models import Lot
from marketplace.documents.models import GateLift, Opinion, Paper
from marketplace.documents.rules import PaperDraft, StoredFile
from marketplace.dossiers.actions import add_lot_paper
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.hand_over import hand_over, hand_over_late
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.actions.terms import propose_terms
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft, ReservationStatus
from marketplace.exchange.rules.terms import TermsDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import mark_published, update_listing
from marketplace.market.models import Listing
from marketplace.market.queries.gates import find_draft_findings, list_findings, visible_findings
from marketplace.market.queries.listings import stored_draft
from marketplace.market.rules.listing import Answer, ListingStatus
from marketplace.materials.actions import sync
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.gates import Moment
from marketplace.materials.rules.soil import Destination, SoilClass
from tests.factories import (
    declare,
    listing_draft,
    location,
    make_actor,
    make_draft,
    make_listing,
    make_organisation,
    seed_taxonomy,
)

ASPHALT: dict[str, Any] = {
    "material": "asfaltschollen",
    "quantity": Quantity(Decimal(100), Unit.TONNE),
    "hazards": {"pak": Answer.NO},
}
SOIL: dict[str, Any] = {
    "material": "teelaarde",
    "quantity": Quantity(Decimal(300), Unit.M3),
    "asbestos_suspected": Answer.NO,
    "fields": {"soil-class": "residential", "proof": "batch-inspection", "pfas": "agriculture-nature"},
}
TONNE, M3, M2 = Quantity(Decimal(10), Unit.TONNE), Quantity(Decimal(10), Unit.M3), Quantity(Decimal(10), Unit.M2)


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def asker(session: Session, owner: Actor) -> Actor:
    return make_actor(session, "borne")


def asphalt(session: Session, owner: Actor, **fields: str) -> Listing:
    return make_draft(session, owner, **ASPHALT, fields={"tar": "no", **fields})


def refused(refusal: pytest.ExceptionInfo[Invalid]) -> list[str]:
    """The rules that a refusal names."""
    return [gate["rule"] for gate in refusal.value.facts["gates"]]  # type: ignore[attr-defined]


def test_asphalt_of_80_is_not_published_and_of_75_is(session: Session, owner: Actor) -> None:
    bad = asphalt(session, owner, **{"pak10-mg-per-kg": "80"})
    with pytest.raises(Invalid, match=r"80 mg/kg.*Afvoeren, 17 03 01\*") as refusal:
        mark_published(session, owner, listing_id=bad.id)
    gate = refusal.value.facts["gates"][0]  # type: ignore[index]
    assert (gate["rule"], gate["severity"], gate["moment"], gate["source"]) == ("pak-limit", "blocks", "publish", "TAG-EURAL")
    assert [error.field for error in refusal.value.errors] == ["fields.pak10-mg-per-kg"]
    assert session.get_one(Listing, bad.id).status == ListingStatus.DRAFT
    good = asphalt(session, owner, **{"pak10-mg-per-kg": "75"})
    assert mark_published(session, owner, listing_id=good.id).status == ListingStatus.PUBLISHED


def test_a_negative_marker_without_an_analysis_stays_a_draft(session: Session, owner: Actor) -> None:
    lot = asphalt(session, owner, **{"pak10-mg-per-kg": "unknown", "pak-marker": "negative"})
    with pytest.raises(Invalid, match="onbekend") as refusal:
        mark_published(session, owner, listing_id=lot.id)
    assert refused(refusal) == ["pak-limit"]


def test_a_lot_on_offer_does_not_become_what_may_not_be_offered(session: Session, owner: Actor) -> None:
    lot = mark_published(session, owner, listing_id=asphalt(session, owner, **{"pak10-mg-per-kg": "40"}).id)
    draft = stored_draft(lot, get_taxonomy(session))
    worse = replace(draft, fields={"tar": "no", "pak10-mg-per-kg": "76"})
    with pytest.raises(Invalid, match="76 mg/kg"):
        update_listing(session, owner, listing_id=lot.id, version=lot.version, draft=worse)
    better = replace(draft, fields={"tar": "no", "pak10-mg-per-kg": "75"})
    assert update_listing(session, owner, listing_id=lot.id, version=lot.version, draft=better).fields["pak10-mg-per-kg"] == "75"


def test_a_lot_of_before_its_rule_is_mended_step_by_step(session: Session, owner: Actor) -> None:
    lot = mark_published(session, owner, listing_id=asphalt(session, owner, **{"pak10-mg-per-kg": "40"}).id)
    lot.fields, lot.asbestos_suspected = {}, "yes"  # as if both rules had come after it was published
    session.flush()
    draft = replace(stored_draft(lot, get_taxonomy(session)), title="Andere naam")
    assert update_listing(session, owner, listing_id=lot.id, version=lot.version, draft=draft).title == "Andere naam"


def test_what_is_written_is_told_before_it_is_stored(session: Session, owner: Actor) -> None:
    draft = listing_draft(**ASPHALT, fields={"tar": "no", "pak10-mg-per-kg": "76"})
    assert [finding.rule for finding in find_draft_findings(session, draft) if finding.blocks(Moment.PUBLISH)] == ["pak-limit"]
    assert find_draft_findings(session, listing_draft(material="")) == ()


def test_a_lot_that_a_rule_stops_cannot_be_reserved(session: Session, owner: Actor, asker: Actor) -> None:
    lot = mark_published(session, owner, listing_id=asphalt(session, owner, **{"pak10-mg-per-kg": "40"}).id)
    lot.fields = {"tar": "no", "pak10-mg-per-kg": "90"}
    session.flush()
    for somebody in (asker, owner):
        with pytest.raises(Invalid, match="90 mg/kg"):
            reserve(session, somebody, listing_id=lot.id, draft=ReservationDraft(TONNE))
    assert session.get_one(Listing, lot.id).held == 0


def test_soil_is_reserved_with_the_classes_of_the_place(session: Session, owner: Actor, asker: Actor) -> None:
    lot = make_listing(session, owner, **SOIL)
    with pytest.raises(Invalid, match="klassen van de plek zijn onbekend") as refusal:
        reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(M3))
    assert (refused(refusal), refusal.value.field) == (["soil-destination"], "receiving_soil")
    field = {"receiving_soil": SoilClass.INDUSTRY, "function_class": SoilClass.AGRICULTURE_NATURE}
    with pytest.raises(Invalid, match="toets aan de functieklasse"):
        reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(M3, **field))
    yard = {"receiving_soil": SoilClass.RESIDENTIAL, "function_class": SoilClass.INDUSTRY}
    held = reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(M3, **yard))
    assert (held.receiving_soil, held.function_class) == ("residential", "industry")
    with pytest.raises(Invalid):  # the same for the owner's own department
        reserve(session, owner, listing_id=lot.id, draft=ReservationDraft(M3, **field))


def test_soil_does_not_go_elsewhere_under_the_classes_of_another_place(session: Session, owner: Actor, asker: Actor) -> None:
    lot = make_listing(session, owner, **SOIL)
    yard = {"receiving_soil": SoilClass.INDUSTRY, "function_class": SoilClass.INDUSTRY}
    made = reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(M3, **yard))
    approve(session, owner, reservation_id=made.id)
    meadow = TermsDraft("Toch naar de uiterwaard", destination=location("almelo"))
    with pytest.raises(Conflict, match="klassen van die plek") as refusal:
        propose_terms(session, asker, reservation_id=made.id, draft=meadow)
    assert refusal.value.field == "destination"
    cheaper = TermsDraft("Prijs afgesproken aan de telefoon", price_cents_per_unit=200)
    assert propose_terms(session, asker, reservation_id=made.id, draft=cheaper).proposed_terms is not None


def test_an_approval_looks_again(session: Session, owner: Actor, asker: Actor) -> None:
    lot = make_listing(session, owner, **SOIL)
    yard = {"receiving_soil": SoilClass.RESIDENTIAL, "function_class": SoilClass.INDUSTRY}
    held = reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(M3, **yard))
    lot = session.get_one(Listing, lot.id)
    lot.fields = {**lot.fields, "soil-class": "industry"}
    session.flush()
    with pytest.raises(Invalid, match="toets aan de ontvangende bodem"):
        approve(session, owner, reservation_id=held.id)


def held(session: Session, owner: Actor, asker: Actor, lot: Listing) -> Reservation:
    made = reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(M2))
    return made if made.status == ReservationStatus.APPROVED else approve(session, owner, reservation_id=made.id)


def give(session: Session, owner: Actor, reservation: Reservation, on: date | None = None) -> Reservation:
    draft = HandoverDraft(M2, on or clock.today())
    return hand_over(session, owner, reservation_id=reservation.id, draft=draft)


def test_pavers_go_to_another_owner_with_a_declaration_only(session: Session, owner: Actor, asker: Actor) -> None:
    lot = make_listing(session, owner, is_declared=False)
    transfer = held(session, owner, asker, lot)
    with pytest.raises(Invalid, match="milieuverklaring") as refusal:
        give(session, owner, transfer)
    assert refused(refusal) == ["environmental-declaration"]
    declare(session, owner, lot)
    assert give(session, owner, transfer).status == ReservationStatus.HANDED_OVER


def test_pavers_that_stay_need_none(session: Session, owner: Actor) -> None:
    lot = make_listing(session, owner, is_declared=False)
    transfer = held(session, owner, owner, lot)
    assert give(session, owner, transfer).status == ReservationStatus.HANDED_OVER


@pytest.mark.parametrize(("verdict", "opens"), [("positive", True), ("conditional", False), ("negative", False)])
def test_an_opinion_stands_for_the_declaration(session: Session, owner: Actor, asker: Actor, verdict: str, opens: bool) -> None:
    lot = make_listing(session, owner, is_declared=False)
    transfer = held(session, owner, asker, lot)
    adviser = make_organisation(session, "odt", "adviser")
    opinion = {"listing_id": lot.id, "organisation_id": adviser.id, "text": "Gezien.", "given_at": clock.now()}
    session.add(Opinion(**opinion, verdict="positive"))
    session.flush()
    session.add(Opinion(**opinion, verdict=verdict))
    session.flush()
    if opens:
        assert give(session, owner, transfer).status == ReservationStatus.HANDED_OVER
        return
    with pytest.raises(Invalid, match="milieuverklaring"):
        give(session, owner, transfer)


def test_a_paper_until_friday_stops_saturday_and_a_new_one_opens_it(session: Session, owner: Actor, asker: Actor) -> None:
    friday, saturday = date(2026, 11, 27), date(2026, 11, 28)
    with clock.frozen(clock.now().replace(year=2026, month=11, day=24, hour=10)):
        lot = make_listing(session, owner, is_declared=False)
        declare(session, owner, lot, valid_until=friday)
        transfer = held(session, owner, asker, lot)
    with clock.frozen(clock.now().replace(year=2026, month=11, day=28, hour=10)):
        with pytest.raises(Invalid, match="27 november 2026") as refusal:
            give(session, owner, transfer, saturday)
        assert "paper-expired" in refused(refusal)
        declare(session, owner, lot, valid_until=date(2027, 11, 28))
        assert give(session, owner, transfer, saturday).status == ReservationStatus.HANDED_OVER


def test_a_late_hand_over_goes_by_its_own_day(session: Session, owner: Actor, asker: Actor) -> None:
    thursday = date(2026, 11, 26)
    with clock.frozen(clock.now().replace(year=2026, month=11, day=28, hour=10)):
        lot = make_listing(session, owner, is_declared=False)
        declare(session, owner, lot, valid_until=date(2026, 11, 26))
        transfer = held(session, owner, asker, lot)
        late = {"reservation_id": transfer.id, "reason": "Bon bleef liggen."}
        with pytest.raises(Invalid, match="26 november 2026"):
            hand_over_late(session, owner, draft=HandoverDraft(M2, thursday + timedelta(days=1)), **late)
        done = hand_over_late(session, owner, draft=HandoverDraft(M2, thursday), **late)
    assert done.status == ReservationStatus.HANDED_OVER


def test_a_lift_counts_with_its_paper_and_not_without(session: Session, owner: Actor, asker: Actor) -> None:
    lot = make_listing(session, owner, is_declared=False)
    transfer = held(session, owner, asker, lot)
    paper = declare(session, owner, lot, kind="other", valid_until=clock.today() + timedelta(days=1))
    session.add(
        GateLift(
            listing_id=lot.id,
            rule="environmental-declaration",
            paper_id=paper.id,
            reason="Verklaring van de leverancier gezien.",
            organisation_id=owner.organisation_id,
            lifted_at=clock.now(),
        )
    )
    session.flush()
    by_rule = {finding.rule: finding for finding in list_findings(session, lot, destination=Destination(True))}
    assert by_rule["environmental-declaration"].is_lifted
    later = list_findings(session, lot, destination=Destination(True), day=clock.today() + timedelta(days=2))
    assert {finding.rule for finding in later if finding.blocks(Moment.HAND_OVER)} == {"environmental-declaration"}
    assert give(session, owner, transfer).status == ReservationStatus.HANDED_OVER


def test_findings_are_for_those_whom_they_concern(session: Session, owner: Actor, asker: Actor) -> None:
    lot = make_listing(session, owner, is_declared=False, **SOIL)
    declare(session, owner, lot, valid_until=clock.today())
    findings = list_findings(session, lot, day=clock.today() + timedelta(days=1))
    rules = {finding.rule for finding in findings}
    assert {"paper-expired", "soil-report", "soil-destination"} <= rules
    reviewer = make_actor(session, "regio-twente", "reviewer")
    assert visible_findings(owner, lot, findings) == visible_findings(reviewer, lot, findings) == findings
    assert visible_findings(asker, lot, findings) == ()
    pavers = make_listing(session, owner, is_declared=False)
    seen = visible_findings(asker, pavers, list_findings(session, pavers))
    assert [finding.rule for finding in seen] == ["environmental-declaration"]


def test_a_stricter_limit_counts_from_its_version_on(session: Session, owner: Actor, tmp_path: Any) -> None:
    lot = asphalt(session, owner, **{"pak10-mg-per-kg": "60"})
    text = (SHIPPED / "gates.csv").read_text(encoding="utf-8")
    (tmp_path / "gates.csv").write_text(text.replace(",75,mg/kg,", ",50,mg/kg,"), encoding="utf-8")
    sync(session, OPERATOR, source=tmp_path)
    with pytest.raises(Invalid, match="de grens is 50 mg/kg"):
        mark_published(session, owner, listing_id=lot.id)


def put_on_lot(session: Session, somebody: Actor, lot_id: int, kind: str, **more: Any) -> None:
    """A paper of a lot itself, as whoever examined it after a recall adds it."""
    number = session.scalar(select(func.count(Paper.id))) or 0
    draft = PaperDraft(kind, clock.today(), f"O-{number}", "Keurlab Oost", **more)
    file = StoredFile(f"{number + 1:064d}.pdf", "application/pdf", 900, 1)
    add_lot_paper(session, somebody, lot_id=lot_id, draft=draft, file=file)


def stops(session: Session, lot: Listing) -> set[str]:
    """The rules that stop its hand-over to another organisation."""
    findings = list_findings(session, lot, destination=Destination(True))
    return {finding.rule for finding in findings if finding.blocks(Moment.HAND_OVER)}


def test_a_paper_of_the_lot_itself_counts_for_its_offer(session: Session, owner: Actor, asker: Actor) -> None:
    lot = make_listing(session, owner, is_declared=False)
    lot_id = session.get_one(Listing, lot.id).lot_id or 0
    transfer = held(session, owner, asker, lot)
    put_on_lot(session, owner, lot_id, "drawing")
    assert stops(session, lot) == {"environmental-declaration"}  # of no kind that the rule asks
    put_on_lot(session, owner, lot_id, "batch-inspection")
    assert stops(session, lot) == set()
    assert give(session, owner, transfer).status == ReservationStatus.HANDED_OVER


def test_an_expired_or_removed_paper_of_the_lot_itself_does_not_count(session: Session, owner: Actor) -> None:
    lot = make_listing(session, owner, is_declared=False)
    lot_id = session.get_one(Listing, lot.id).lot_id or 0
    put_on_lot(session, owner, lot_id, "batch-inspection", valid_until=clock.today())
    tomorrow = list_findings(session, lot, destination=Destination(True), day=clock.today() + timedelta(days=1))
    assert {finding.rule for finding in tomorrow if finding.blocks(Moment.HAND_OVER)} == {
        "environmental-declaration",
        "paper-expired",
    }
    session.execute(update(Paper).where(Paper.lot_id == lot_id).values(removed_at=clock.now()))
    assert stops(session, lot) == {"environmental-declaration"}


def test_a_paper_goes_along_with_what_is_split_off_later_and_not_with_what_was_before(
    session: Session, owner: Actor, asker: Actor
) -> None:
    """A part that left before the examination is not what was examined. A paper of a part is none of the whole."""
    lot = make_listing(session, owner, is_declared=False)
    whole = session.get_one(Lot, session.get_one(Listing, lot.id).lot_id)
    by = By(owner, clock.today())
    with clock.frozen(clock.now() - timedelta(days=3)):
        before = split_off(session, by, whole, Decimal(10), owner_id=asker.organisation_id, holder_id=asker.organisation_id)
    put_on_lot(session, owner, whole.id, "batch-inspection")
    after = split_off(session, by, whole, Decimal(10), owner_id=asker.organisation_id, holder_id=asker.organisation_id)
    assert before is not None and after is not None
    again = split_off(session, by, after, Decimal(4), owner_id=asker.organisation_id, holder_id=asker.organisation_id)
    assert again is not None
    stopped = {}
    for name, number in (("before", before.id), ("after", after.id), ("again", again.id)):
        other = make_listing(session, asker, is_declared=False)
        session.execute(update(Listing).where(Listing.id == other.id).values(lot_id=number))
        session.expire_all()
        stopped[name] = stops(session, session.get_one(Listing, other.id))
    assert stopped == {"before": {"environmental-declaration"}, "after": set(), "again": set()}
    put_on_lot(session, asker, before.id, "batch-inspection")
    assert stops(session, lot) == set()
