"""How often the bank was searched, what was found, and why it was bought new all the same: counted by hand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.impact.rules.cut import EVERYTHING, Cut
from marketplace.kernel import clock
from marketplace.kernel.errors import Forbidden
from marketplace.kernel.units import Quantity, Unit
from marketplace.memos.actions.conclude import conclude
from marketplace.memos.actions.search import search_first
from marketplace.memos.queries.figures import MemoSum, ReasonSum, get_memo_figures, list_explained_purchases, list_memos_in
from marketplace.memos.rules.memo import ConclusionDraft, Decision, WhyNew
from tests.factories import demand_draft, make_actor, make_listing, seed_taxonomy

NOW = datetime(2026, 11, 30, 12, tzinfo=clock.AMSTERDAM)
NEW, ASPHALT = Decision.BOUGHT_NEW, "asfaltgranulaat"


def m2(amount: int) -> Quantity:
    return Quantity(Decimal(amount), Unit.M2)


@pytest.fixture
def reviewer(session: Session) -> Iterator[Actor]:
    with clock.frozen(NOW):
        seed_taxonomy(session)
        yield make_actor(session, "regio-twente", "reviewer")


@pytest.fixture
def borne(session: Session, reviewer: Actor) -> Actor:
    """Borne searched four times in November, once in December; Losser once for something that nobody has."""
    borne, losser = make_actor(session, "borne"), make_actor(session, "losser")

    def search(actor: Actor, amount: int, conclusion: ConclusionDraft | None, **changes: object) -> None:
        memo = search_first(session, actor, demand_draft(**{"quantity": m2(amount), **changes}))
        if conclusion is not None:
            conclude(session, actor, memo_id=memo.id, draft=conclusion)

    search(borne, 10, ConclusionDraft(NEW, bought=m2(8)))  # nothing lies there yet
    make_listing(session, make_actor(session, "hengelo"))
    search(borne, 20, ConclusionDraft(Decision.FROM_BANK))
    search(borne, 30, ConclusionDraft(NEW, reason=WhyNew.PRICE, bought=m2(30)))
    search(borne, 40, ConclusionDraft(NEW, reason=WhyNew.PRICE, explanation="De offerte was lager."))
    search(losser, 5, ConclusionDraft(Decision.WAITS), material=ASPHALT, quantity=Quantity(Decimal(5), Unit.TONNE))
    with clock.frozen(NOW + timedelta(days=1)):
        search(borne, 100, None)
    return borne


def test_searches_are_counted_from_the_memos(session: Session, reviewer: Actor, borne: Actor) -> None:
    figures = get_memo_figures(session, reviewer, EVERYTHING)
    assert figures.total == MemoSum(
        searches=6,
        mass_kg=Decimal(200 * 185 + 5000),
        fitted=4,
        open=1,
        from_bank=1,
        waits=1,
        bought_new=3,
        bought_kg=Decimal(38 * 185),
        despite=2,
        unsaid=1,
    )
    assert figures.total.not_fitted == 2
    assert {name: of.searches for name, of in figures.by_organisation.items()} == {"Borne": 5, "Losser": 1}
    assert {name: of.searches for name, of in figures.by_group.items()} == {"bestrating": 5, "asfalt": 1}
    assert figures.reasons[WhyNew.PRICE] == ReasonSum(2, Decimal(70 * 185))
    assert figures.reasons[WhyNew.TOO_FAR] == ReasonSum()


@pytest.mark.parametrize(
    ("cut", "searches"),
    [
        (Cut("2026-11", "2026-11"), 5),
        (Cut("2026-12", "2026-12"), 1),
        (Cut("2027-01", ""), 0),
        (Cut(municipalities=("losser",)), 1),
        (Cut(groups=("bestrating",)), 5),
        (Cut("2026-11", "2026-11", municipalities=("borne",), groups=("asfalt",)), 0),
    ],
)
def test_a_cut_leaves_out_the_rest(session: Session, reviewer: Actor, borne: Actor, cut: Cut, searches: int) -> None:
    assert get_memo_figures(session, reviewer, cut).total.searches == searches
    assert len(list_memos_in(session, reviewer, cut)) == searches


def test_what_was_explained_in_words_stands_newest_first_and_nothing_else(
    session: Session, reviewer: Actor, borne: Actor
) -> None:
    assert [memo.number for memo in list_explained_purchases(session, reviewer, EVERYTHING, most=9)] == [4]
    memo = search_first(session, borne, demand_draft(quantity=m2(50)))
    conclude(session, borne, memo_id=memo.id, draft=ConclusionDraft(NEW, reason=WhyNew.TOO_FAR, explanation="Veertig kilometer."))
    assert [memo.number for memo in list_explained_purchases(session, reviewer, EVERYTHING, most=9)] == [memo.number, 4]
    assert [memo.number for memo in list_explained_purchases(session, reviewer, EVERYTHING, most=1)] == [memo.number]


def test_a_coordinator_counts_the_own_organisation_and_a_project_leader_nothing(session: Session, borne: Actor) -> None:
    coordinator = make_actor(session, "losser", "coordinator")
    assert get_memo_figures(session, coordinator, EVERYTHING).total.searches == 1
    assert get_memo_figures(session, coordinator, Cut(municipalities=("borne",))).total.searches == 0
    assert [memo.organisation.name for memo in list_memos_in(session, coordinator, EVERYTHING)] == ["Losser"]
    assert list_explained_purchases(session, coordinator, EVERYTHING, most=9) == []
    for question in (get_memo_figures, list_memos_in):
        with pytest.raises(Forbidden):
            question(session, borne, EVERYTHING)
