"""What was offered, found a taker and was lost, how soon it went, and what is still asked for. Figures by hand."""

from datetime import time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.actions.booking import reverse_exchange
from marketplace.exchange.queries.requests import Competition, count_competition
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.impact.queries.supply import Counted, Offered, get_supply
from marketplace.impact.rules.cut import EVERYTHING, Between, Cut, NoFigure
from marketplace.kernel import clock
from marketplace.kernel.dates import at_the_clock
from marketplace.kernel.errors import Forbidden, Unauthorised
from marketplace.kernel.quartiles import Quartiles
from marketplace.kernel.units import Quantity, Unit
from marketplace.ledger.rules import Through
from marketplace.market.actions.listings import close_listing
from marketplace.market.models import Listing
from marketplace.market.rules.freshness import Outcome
from tests.at_the_gate import m2
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy

TODAY = clock.today()
SAND = {"material": "ophoogzand", "quantity": Quantity(Decimal(10), Unit.M3)}  # 10 × 1 500 kg


@pytest.fixture
def cast(session: Session) -> dict:
    seed_taxonomy(session)
    people = {slug: make_actor(session, slug) for slug in ("hengelo", "borne", "losser")}
    return people | {"reviewer": make_actor(session, "regio-twente", "reviewer")}


def published(session: Session, owner, *, days_ago: int = 0, **changes) -> Listing:
    listing = make_listing(session, owner, **changes)
    noon = clock.now() if days_ago == 0 else at_the_clock(clock.today() - timedelta(days=days_ago), time(12))
    session.execute(update(Listing).where(Listing.id == listing.id).values(published_at=noon))
    return listing


def transferred(session: Session, cast: dict, listing: Listing, amount: str) -> None:
    draft = ReservationDraft(Quantity(Decimal(amount), Unit(listing.unit)))
    reservation = reserve.reserve(session, cast["borne"], listing_id=listing.id, draft=draft)
    decide.approve(session, cast["hengelo"], reservation_id=reservation.id)
    hand_over.hand_over(session, cast["hengelo"], reservation_id=reservation.id, draft=HandoverDraft(draft.quantity, TODAY))
    hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)


def month(days_ago: int = 0) -> str:
    return f"{TODAY - timedelta(days=days_ago):%Y-%m}"


def test_offered_reserved_and_taken_are_of_the_lots_of_the_period(session: Session, cast: dict) -> None:
    """500 m² × 185 kg = 92 500, of which 200 went and 100 are held; 10 m³ sand × 1 500; 40 m² of 190 kg a year ago."""
    lot = published(session, cast["hengelo"], quantity=m2("500"))
    published(session, cast["losser"], **SAND)
    published(session, cast["hengelo"], days_ago=365, quantity=m2("40"), kg_per_unit=Decimal(190))
    transferred(session, cast, lot, "200")
    draft = ReservationDraft(m2("100"))
    reserve.reserve(session, cast["borne"], listing_id=lot.id, draft=draft)

    def offered(cut: Cut) -> Offered | NoFigure:
        return get_supply(session, cast["reviewer"], cut).offered

    assert offered(Cut(month(), month())) == Offered(2, Decimal(107_500), Decimal(18_500), Decimal(37_000))
    assert offered(EVERYTHING) == Offered(3, Decimal(115_100), Decimal(18_500), Decimal(37_000))
    assert offered(Cut(month(), without_bulk=True)).taken_share == Decimal("0.4")
    assert offered(Cut(municipalities=("losser",))) == Offered(1, Decimal(15_000), Decimal(0), Decimal(0))
    assert offered(Cut(groups=("grond",))).mass_kg == 15_000
    assert offered(Cut(through=Through.DEPOT)) == Offered(0, Decimal(0), Decimal(0), Decimal(0))
    assert offered(Cut(through=Through.DEPOT)).taken_share is None
    assert offered(Cut(through=Through.DIRECT)).lots == 3


def test_days_to_hand_over_are_told_by_quartiles_of_what_still_counts(session: Session, cast: dict) -> None:
    """0, 10, 20 and 40 days: by the inclusive method 7.5, 15 and 25; without the one of 40 days 5, 10 and 15."""
    for days_ago in (0, 10, 20, 40):
        transferred(session, cast, published(session, cast["hengelo"], days_ago=days_ago, quantity=m2("500")), "10")
    days = get_supply(session, cast["reviewer"], EVERYTHING).days
    assert days == Quartiles(4, Decimal("7.5"), Decimal(15), Decimal(25))
    reverse_exchange(session, cast["reviewer"], seq=4, reason="Twee keer ingevoerd")
    days = get_supply(session, cast["reviewer"], EVERYTHING).days
    assert days == Quartiles(3, Decimal(5), Decimal(10), Decimal(15))
    for nothing in (
        Cut(between=Between.WITHIN),
        Cut(municipalities=("losser",)),
        Cut("2001-01", "2001-12"),
        Cut(groups=("grond",)),
    ):
        assert get_supply(session, cast["reviewer"], nothing).days is None


def test_what_was_handed_over_before_it_was_published_counts_no_days(session: Session, cast: dict) -> None:
    """10 days, and a transfer of thirty days ago that was written down today: only the first waited on the bank."""
    transferred(session, cast, published(session, cast["hengelo"], days_ago=10, quantity=m2("500")), "10")
    lot = published(session, cast["hengelo"], quantity=m2("500"), available_from=TODAY - timedelta(days=60))
    reservation = reserve.reserve(session, cast["borne"], listing_id=lot.id, draft=ReservationDraft(m2("10")))
    decide.approve(session, cast["hengelo"], reservation_id=reservation.id)
    draft = HandoverDraft(m2("10"), TODAY - timedelta(days=30))
    late = "De bon lag nog in de keet."
    coordinator = make_actor(session, "hengelo", "coordinator")
    hand_over.hand_over_late(session, coordinator, reservation_id=reservation.id, draft=draft, reason=late)
    hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)
    for cut in (EVERYTHING, Cut(municipalities=("hengelo",))):
        assert get_supply(session, cast["reviewer"], cut).days == Quartiles(1, Decimal(10), Decimal(10), Decimal(10))


def test_what_was_lost_is_told_by_what_became_of_it(session: Session, cast: dict) -> None:
    """500 m² × 185 = 92 500 kg disposed of, 15 000 kg of sand of which nobody said."""
    lot, sand = published(session, cast["hengelo"], quantity=m2("500")), published(session, cast["hengelo"], **SAND)
    close_listing(session, cast["hengelo"], listing_id=lot.id, outcome=Outcome.DISPOSED)
    close_listing(session, cast["hengelo"], listing_id=sand.id)

    def lost(cut: Cut):
        return get_supply(session, cast["reviewer"], cut).lost

    assert lost(EVERYTHING)[Outcome.DISPOSED] == Counted(1, Decimal(92_500))
    assert lost(EVERYTHING)[None] == Counted(1, Decimal(15_000))
    assert lost(Cut(without_bulk=True))[None] == Counted(0, Decimal(0))
    assert lost(Cut(month(), month(), ("hengelo",), ("bestrating",), (), Through.DIRECT))[Outcome.DISPOSED].number == 1
    assert lost(Cut(through=Through.DEPOT))[Outcome.DISPOSED].number == 0
    assert lost(Cut(last="2001-12"))[Outcome.DISPOSED].number == 0


def test_what_is_still_asked_for_is_counted_with_its_tonnes(session: Session, cast: dict) -> None:
    """800 m² × 185 kg of which 200 came, and 10 tonnes: 600 × 185 + 10 000."""
    demand = make_demand(session, cast["borne"])
    make_demand(session, cast["losser"], material="ophoogzand", quantity=Quantity(Decimal(10), Unit.TONNE))
    lot = published(session, cast["hengelo"], quantity=m2("500"))
    draft = ReservationDraft(m2("200"), demand_id=demand.id)
    reservation = reserve.reserve(session, cast["borne"], listing_id=lot.id, draft=draft)
    decide.approve(session, cast["hengelo"], reservation_id=reservation.id)
    hand_over.hand_over(session, cast["hengelo"], reservation_id=reservation.id, draft=HandoverDraft(m2("200"), TODAY))
    hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)

    def wanted(cut: Cut):
        return get_supply(session, cast["reviewer"], cut).wanted

    assert wanted(EVERYTHING) == Counted(2, Decimal(121_000))
    assert wanted(Cut(municipalities=("borne",), without_bulk=True)) == Counted(1, Decimal(111_000))
    assert wanted(Cut(last="2001-12")) == Counted(0, Decimal(0))


def test_a_lot_that_two_organisations_ask_for_is_contested(session: Session, cast: dict) -> None:
    for askers in (("borne", "losser", "losser"), ("borne",)):
        lot = published(session, cast["hengelo"], quantity=m2("500"))
        for asker in askers:
            reserve.reserve(session, cast[asker], listing_id=lot.id, draft=ReservationDraft(m2("10")))
    assert count_competition(session, cast["reviewer"], EVERYTHING) == Competition(2, 1, 4)
    assert count_competition(session, cast["reviewer"], Cut(municipalities=("borne",))) == Competition(0, 0, 0)
    assert count_competition(session, cast["reviewer"], Cut(last="2001-12")) == Competition(0, 0, 0)


@pytest.mark.parametrize(
    ("cut", "not_told"),
    [
        (EVERYTHING, set()),
        (Cut(through=Through.DEPOT), {"wanted"}),
        (Cut(between=Between.WITHIN), {"offered", "lost", "wanted", "competition"}),
        (Cut(kinds=("transfer",)), {"offered", "days", "lost", "wanted", "competition"}),
    ],
)
def test_a_figure_that_a_filter_does_not_apply_to_says_so(session: Session, cast: dict, cut: Cut, not_told: set[str]) -> None:
    supply = get_supply(session, cast["reviewer"], cut)
    figures = {name: getattr(supply, name) for name in ("offered", "days", "lost", "wanted")}
    figures["competition"] = count_competition(session, cast["reviewer"], cut)
    assert {name for name, figure in figures.items() if isinstance(figure, NoFigure)} == not_told
    assert all(str(figure.reason) for figure in figures.values() if isinstance(figure, NoFigure))


def test_these_figures_are_for_the_region_and_losses_for_whoever_answers_for_it(session: Session, cast: dict) -> None:
    assert isinstance(get_supply(session, cast["borne"], EVERYTHING).lost, NoFigure)
    partner = make_actor(session, "sloper-bv", kind="partner")
    for actor, refusal in ((partner, Forbidden), (ANONYMOUS, Unauthorised)):
        with pytest.raises(refusal):
            get_supply(session, actor, EVERYTHING)
        with pytest.raises(refusal):
            count_competition(session, actor, EVERYTHING)
