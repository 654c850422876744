"""Storage places."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.depots import close_depot, create_depot, edit_depot, reopen_depot
from marketplace.depots.actions.room import set_bays, set_capacities, set_keepers, set_rate, withdraw_rate
from marketplace.depots.models import Depot, Lot
from marketplace.depots.queries.depots import details_of, get_depot, list_depots
from marketplace.depots.rules.capacity import CapacityKind
from marketplace.depots.rules.depot import DepotDraft, Storers
from marketplace.depots.rules.opening import Span, Weekday
from marketplace.depots.rules.rates import RateDraft, RateUnit
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from marketplace.kernel.geo import Point
from marketplace.notices.models import AuditRow
from tests.factories import make_actor, make_machine, seed_taxonomy

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
YARD = DepotDraft("Gemeentewerf", "Borne", "borne", Point(52.3001, 6.7480), "point", "Industriestraat 1")


def test_a_coordinator_opens_a_depot_of_the_own_organisation(session: Session) -> None:
    coordinator = make_actor(session, "borne", "coordinator")
    depot = create_depot(session, coordinator, draft=YARD)
    assert (depot.organisation.slug, depot.name, depot.lat, depot.lon) == ("borne", "Gemeentewerf", 52.3001, 6.7480)
    assert list_depots(session) == [depot]


def test_a_project_leader_opens_none(session: Session) -> None:
    with pytest.raises(Forbidden):
        create_depot(session, make_actor(session, "borne"), draft=YARD)


def test_another_organisations_depot_is_left_alone(session: Session) -> None:
    depot = create_depot(session, make_actor(session, "borne", "coordinator"), draft=YARD)
    with pytest.raises(Forbidden):
        edit_depot(session, make_actor(session, "almelo", "coordinator"), depot_id=depot.id, details=details_of(depot))


def test_two_depots_of_one_organisation_have_two_names(session: Session) -> None:
    coordinator = make_actor(session, "borne", "coordinator")
    depot = create_depot(session, coordinator, draft=YARD)
    with pytest.raises(Conflict):
        create_depot(session, coordinator, draft=YARD)
    details = replace(details_of(depot), address=" ")
    assert edit_depot(session, coordinator, depot_id=depot.id, details=details).address is None
    create_depot(session, make_actor(session, "almelo", "coordinator"), draft=YARD)


def test_a_closed_depot_is_not_offered_and_still_there(session: Session) -> None:
    coordinator = make_actor(session, "borne", "coordinator")
    depot = create_depot(session, coordinator, draft=YARD)
    close_depot(session, coordinator, depot_id=depot.id)
    assert list_depots(session) == []
    assert list_depots(session, with_closed=True) == [get_depot(session, depot.id)]
    reopen_depot(session, coordinator, depot_id=depot.id)
    assert list_depots(session) == [depot]


def test_a_depot_has_a_name(session: Session) -> None:
    with pytest.raises(Invalid):
        create_depot(
            session, make_actor(session, "borne", "coordinator"), draft=DepotDraft(" ", "Borne", "borne", YARD.point, "point")
        )
    with pytest.raises(Missing):
        get_depot(session, 1)


@pytest.fixture
def coordinator(session: Session) -> Actor:
    return make_actor(session, "borne", "coordinator")


@pytest.fixture
def yard(session: Session, coordinator: Actor) -> Depot:
    seed_taxonomy(session)
    return create_depot(session, coordinator, draft=YARD)


def facts_of(session: Session, action: str) -> dict[str, object]:
    return session.scalars(select(AuditRow.facts).where(AuditRow.action == action).order_by(AuditRow.id.desc())).first() or {}


def test_a_depot_says_when_it_is_open_and_what_it_takes(session: Session, coordinator: Actor, yard: Depot) -> None:
    details = replace(
        details_of(yard),
        hours={Weekday.MONDAY: (Span(480, 720),)},
        opening_note="Bel aan bij de poort.",
        collecting="Stenen\nen hout.",
        takes=("hout", "bestrating"),
        storers=Storers.MEMBERS,
        longest_stay_days=182,
        is_public=False,
    )
    edit_depot(session, coordinator, depot_id=yard.id, details=details)
    session.expire_all()
    after = get_depot(session, yard.id)
    assert (after.opening, after.takes) == ({"1": [["08:00", "12:00"]]}, "|bestrating|hout|")
    assert (after.storers, after.longest_stay_days, after.is_public) == ("members", 182, False)
    assert details_of(after) == replace(details, takes=("bestrating", "hout"), hours=details_of(after).hours)
    facts = facts_of(session, "depot.edit")
    assert facts["changed"] == ["is_public", "hours", "opening_note", "collecting", "takes", "storers", "longest_stay_days"]
    assert "poort" not in str(facts)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"takes": ("hout", "goud")}, "takes"),
        ({"longest_stay_days": 0}, "longest_stay_days"),
        ({"longest_stay_days": 100_000}, "longest_stay_days"),
        ({"collecting": "Bel Jan op 06-12345678"}, "collecting"),
        ({"opening_note": "Mail jan@borne.nl"}, "opening_note"),
        ({"hours": {Weekday.MONDAY: (Span(720, 480),)}}, "opening"),
        ({"name": " "}, "name"),
    ],
)
def test_what_a_depot_cannot_say_is_refused_at_its_field(
    session: Session, coordinator: Actor, yard: Depot, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        edit_depot(session, coordinator, depot_id=yard.id, details=replace(details_of(yard), **changes))  # type: ignore[arg-type]
    assert refusal.value.field == field


def bays_of(depot: Depot) -> dict[str, bool]:
    return {bay.name: bay.is_active for bay in depot.bays}


def test_a_bay_that_is_left_out_closes_and_opens_again(session: Session, coordinator: Actor, yard: Depot) -> None:
    depot = set_bays(session, coordinator, depot_id=yard.id, names=["A1", " A2 ", ""])
    assert bays_of(depot) == {"A1": True, "A2": True}
    depot = set_bays(session, coordinator, depot_id=yard.id, names=["A2", "B1"])
    assert bays_of(depot) == {"A1": False, "A2": True, "B1": True}
    assert bays_of(set_bays(session, coordinator, depot_id=yard.id, names=["A1"])) == {"A1": True, "A2": False, "B1": False}


@pytest.mark.parametrize("names", [["A1", "a1"], ["A1", "A1"], ["x" * 41], [f"B{number}" for number in range(101)]])
def test_bays_have_names_of_their_own(session: Session, coordinator: Actor, yard: Depot, names: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        set_bays(session, coordinator, depot_id=yard.id, names=names)
    assert refusal.value.field == "bays"


def lie(session: Session, depot: Depot, bay: str, quantity: int) -> None:
    session.add(
        Lot(
            material_id=1,
            title="Keien",
            unit="m2",
            quantity=Decimal(quantity),
            kg_per_unit=Decimal(185),
            kg_basis="taxonomy",
            condition="good",
            owner_id=depot.organisation_id,
            holder_id=depot.organisation_id,
            depot_id=depot.id,
            bay=bay,
            in_depot_since=date(2026, 11, 1),
            created_at=clock.now(),
        )
    )
    session.flush()


def test_a_bay_in_which_something_lies_does_not_close(session: Session, coordinator: Actor, yard: Depot) -> None:
    set_bays(session, coordinator, depot_id=yard.id, names=["A1", "A2"])
    lie(session, yard, "A1", 40)
    lie(session, yard, "A2", 0)
    with pytest.raises(Conflict, match="In vak “A1” ligt nog 1 partij"):
        set_bays(session, coordinator, depot_id=yard.id, names=["A2"])
    assert bays_of(set_bays(session, coordinator, depot_id=yard.id, names=["A1"])) == {"A1": True, "A2": False}


def test_what_fits_is_said_for_each_kind_that_counts(session: Session, coordinator: Actor, yard: Depot) -> None:
    amounts = {CapacityKind.M2: Decimal("1200.5"), CapacityKind.PALLET: Decimal(40), CapacityKind.M3: None}
    depot = set_capacities(session, coordinator, depot_id=yard.id, amounts=amounts)
    assert {row.kind: row.amount for row in depot.capacities} == {"m2": Decimal("1200.5"), "pallet": Decimal(40)}
    depot = set_capacities(session, coordinator, depot_id=yard.id, amounts={CapacityKind.M2: Decimal(1000)})
    assert {row.kind: row.amount for row in depot.capacities} == {"m2": Decimal(1000)}
    assert facts_of(session, "depot.capacities") == {"before": {"m2": "1200.5", "pallet": "40"}, "after": {"m2": "1000"}}


def test_only_people_of_the_organisation_keep_its_depot(session: Session, coordinator: Actor, yard: Depot) -> None:
    own, other = make_actor(session, "borne"), make_actor(session, "almelo")
    machine = make_machine(session, "borne")
    depot = set_keepers(session, coordinator, depot_id=yard.id, person_ids=[int(own.person_id or 0)])
    assert depot.keeper_ids == (own.person_id,)
    for stranger in (int(other.person_id or 0), machine.id, 999_999):
        with pytest.raises(Invalid) as refusal:
            set_keepers(session, coordinator, depot_id=yard.id, person_ids=[int(own.person_id or 0), stranger])
        assert refusal.value.field == "keepers"
    assert get_depot(session, yard.id).keeper_ids == (own.person_id,)
    assert set_keepers(session, coordinator, depot_id=yard.id, person_ids=[]).keeper_ids == ()


def prices_of(depot: Depot) -> list[tuple[str, Decimal, date]]:
    return [(rate.unit, rate.euros_per_week, rate.from_on) for rate in depot.rates]


def price(euros: str, on: date = date(2026, 12, 1), unit: RateUnit = RateUnit.M2) -> RateDraft:
    return RateDraft(unit, Decimal(euros), on)


def test_a_new_price_is_a_new_row_and_the_old_one_stays(session: Session, coordinator: Actor, yard: Depot) -> None:
    with clock.frozen(NOW):
        set_rate(session, coordinator, depot_id=yard.id, draft=price("0.15"))
        set_rate(session, coordinator, depot_id=yard.id, draft=price("0.20", date(2027, 1, 1)))
        depot = set_rate(session, coordinator, depot_id=yard.id, draft=price("0.25", date(2027, 1, 1)))
    assert prices_of(depot) == [("m2", Decimal("0.15"), date(2026, 12, 1)), ("m2", Decimal("0.25"), date(2027, 1, 1))]
    facts = facts_of(session, "depot.rate")
    assert facts == {"was": "0.2", "unit": "m2", "from_on": "2027-01-01", "euros_per_week": "0.25"}


def test_only_a_price_that_does_not_count_yet_is_taken_back(session: Session, coordinator: Actor, yard: Depot) -> None:
    with clock.frozen(NOW):
        set_rate(session, coordinator, depot_id=yard.id, draft=price("0.15"))
        depot = set_rate(session, coordinator, depot_id=yard.id, draft=price("0.2", date(2026, 12, 2)))
        today, ahead = (rate.id for rate in depot.rates)
        with pytest.raises(Conflict):
            withdraw_rate(session, coordinator, depot_id=yard.id, rate_id=today)
        depot = withdraw_rate(session, coordinator, depot_id=yard.id, rate_id=ahead)
        assert [rate.id for rate in depot.rates] == [today]
        with pytest.raises(Missing):
            withdraw_rate(session, coordinator, depot_id=yard.id, rate_id=ahead)


def test_somebody_elses_depot_is_not_arranged(session: Session, yard: Depot) -> None:
    for actor in (make_actor(session, "borne"), make_actor(session, "almelo", "coordinator")):
        with pytest.raises(Forbidden):
            set_bays(session, actor, depot_id=yard.id, names=["A1"])
        with pytest.raises(Forbidden):
            set_capacities(session, actor, depot_id=yard.id, amounts={})
        with pytest.raises(Forbidden):
            set_keepers(session, actor, depot_id=yard.id, person_ids=[])
        with pytest.raises(Forbidden):
            set_rate(session, actor, depot_id=yard.id, draft=price("1"))
