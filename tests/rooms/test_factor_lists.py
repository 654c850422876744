"""Lists of figures: they make a version, and nothing that was counted before moves by a byte."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR, Actor
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.queries.watch import count_counting
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.units import Quantity, Unit
from marketplace.ledger.models import Exchange
from marketplace.materials.actions import (
    decline_list,
    hand_in_list,
    load_list,
    restore_version,
    sync,
    use_list,
    withdraw_list,
)
from marketplace.materials.models import FactorList, ReferenceRow
from marketplace.materials.queries import (
    changes_of,
    get_factor_list,
    get_taxonomy,
    list_factor_lists,
    list_material_versions,
    list_versions,
    may_read_factor,
    taxonomy_of_version,
)
from marketplace.materials.rules.lists import ListFile, ListRow
from marketplace.notices.models import AuditRow, NoticeRow
from tests.adopted import four_years
from tests.factories import make_actor, make_listing, seed_taxonomy

KEI = "betonstraatsteen-kei-8cm"
NMD = {
    "slug": KEI, "co2_nieuw_kg_per_kg": "0,09", "co2_laag": "onbekend", "co2_hoog": "onbekend", "co2_bron": "NMD 3.8",
    "co2_conf": "A", "mki_eur_per_kg": "0,0123", "mki_source": "NMD 3.8", "factor_licence": "Nationale Milieudatabase",
    "factor_public": "nee",
}  # fmt: skip


def a_file(*rows: dict[str, str]) -> ListFile:
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return ListFile("nmd.csv", "0" * 64, columns, tuple(ListRow(number, row) for number, row in enumerate(rows, 2)))


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def reviewer(bank: Session) -> Actor:
    return make_actor(bank, "regio-twente", "reviewer", "region")


@pytest.fixture
def coordinator(bank: Session) -> Actor:
    return make_actor(bank, "hengelo", "coordinator")


def used(session: Session, actor: Actor, *rows: dict[str, str], sure: bool = False) -> FactorList:
    row = load_list(session, actor, file=a_file(*rows)).list
    return use_list(session, actor, list_id=row.id, seen=get_taxonomy(session).version, sure=sure)


def factor(session: Session) -> Decimal | None:
    carbon = get_taxonomy(session).material(KEI).carbon
    return carbon.kgco2e_per_kg if carbon else None


def exchanged(session: Session) -> Exchange:
    hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    listing = make_listing(session, hengelo)
    draft = ReservationDraft(Quantity(Decimal(100), Unit.M2))
    reservation = reserve.reserve(session, borne, listing_id=listing.id, draft=draft)
    decide.approve(session, hengelo, reservation_id=reservation.id)
    done = HandoverDraft(Quantity(Decimal(100), Unit.M2), clock.today())
    hand_over.hand_over(session, hengelo, reservation_id=reservation.id, draft=done)
    hand_over.confirm(session, borne, reservation_id=reservation.id)
    return session.scalars(select(Exchange).where(Exchange.reservation_id == reservation.id)).one()


def counted(session: Session) -> dict[str, list[str]]:
    """Every row of what was counted, adopted and published, as text."""
    names = session.scalars(text(_TABLES[session.get_bind().dialect.name])).all()
    tables = [
        name for name in names if name in ("exchange", "goal_decision") or name.startswith(("rollup", "material_use", "adopted"))
    ]
    return {name: sorted(map(repr, session.execute(text(f"SELECT * FROM {name}")))) for name in tables}


_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}


def test_a_list_is_looked_at_first_and_then_becomes_a_version(bank: Session, reviewer: Actor) -> None:
    row = load_list(bank, reviewer, file=a_file(NMD)).list
    assert (row.state, factor(bank), get_taxonomy(bank).version) == ("draft", Decimal("0.1188"), 1)
    assert [(change.figure.fact, change.before, change.after) for change in changes_of(bank, row)][:2] == [
        ("carbon_factor", "0.1188", "0.09"),
        ("carbon_low", "0.081", None),
    ]
    use_list(bank, reviewer, list_id=row.id, seen=1)
    now, before = get_taxonomy(bank).material(KEI), taxonomy_of_version(bank, 1).material(KEI)
    assert (get_taxonomy(bank).version, row.state, row.version_id, factor(bank)) == (2, "used", 2, Decimal("0.09"))
    assert (now.mki_eur_per_kg, now.mki_source, now.factor_licence, now.is_factor_public, now.licence_holder) == (
        Decimal("0.0123"), "NMD 3.8", "Nationale Milieudatabase", False, "regio-twente",
    )  # fmt: skip
    assert before.carbon is not None and now.carbon is not None
    assert (before.carbon.kgco2e_per_kg, before.mki_eur_per_kg, now.carbon.low) == (Decimal("0.1188"), None, None)
    numbers = select(ReferenceRow.version_id, func.count()).group_by(ReferenceRow.version_id)
    assert len({count for _version, count in bank.execute(numbers)}) == 1
    assert "factor_list.used" in set(bank.scalars(select(AuditRow.action)))


def test_what_was_counted_and_adopted_does_not_move_by_a_byte(session: Session) -> None:
    four_years(session)
    row = exchanged(session)
    reviewer = make_actor(session, "regio-twente", "reviewer", "region")
    before = counted(session)
    assert len(before["exchange"]) == 6 and any("rollup" in name for name in before)
    used(session, reviewer, NMD, {**NMD, "slug": "hardhouten-balk", "co2_nieuw_kg_per_kg": "1"}, sure=True)
    session.expire_all()
    assert counted(session) == before
    assert (row.carbon_factor, row.factor_version, row.avoided_kgco2e) == (Decimal("0.1188"), 1, Decimal("2197.800"))
    assert exchanged(session).carbon_factor == Decimal("0.09")


def test_an_approved_reservation_is_booked_by_the_version_that_was_agreed_on(bank: Session, reviewer: Actor) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo)
    first, second = (
        reserve.reserve(bank, borne, listing_id=listing.id, draft=ReservationDraft(Quantity(Decimal(10), Unit.M2)))
        for _each in "ab"
    )
    decide.approve(bank, hengelo, reservation_id=first.id)
    material = get_taxonomy(bank).material(KEI)
    assert count_counting(bank, reviewer, [material.id]) == {material.id: (1, 1)}
    used(bank, reviewer, NMD)
    decide.approve(bank, hengelo, reservation_id=second.id)
    for reservation in (first, second):
        done = HandoverDraft(Quantity(Decimal(10), Unit.M2), clock.today())
        hand_over.hand_over(bank, hengelo, reservation_id=reservation.id, draft=done)
        hand_over.confirm(bank, borne, reservation_id=reservation.id)
    rows = bank.scalars(select(Exchange).order_by(Exchange.seq)).all()
    assert [(row.carbon_factor, row.factor_version) for row in rows] == [(Decimal("0.1188"), 1), (Decimal("0.09"), 2)]


def test_a_row_that_does_not_fit_is_named_and_nothing_is_kept(bank: Session, reviewer: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        load_list(bank, reviewer, file=a_file(NMD, {**NMD, "slug": "klei"}, {**NMD, "slug": "hardhouten-balk", "co2_conf": "Z"}))
    assert [error.field for error in refused.value.errors] == ["rows[3].slug", "rows[4].co2_conf"]
    assert bank.scalar(select(func.count()).select_from(FactorList)) == 0


def test_of_very_many_faults_the_first_are_told_and_how_many_more(bank: Session, reviewer: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        load_list(bank, reviewer, file=a_file(*({**NMD, "slug": f"geen-{number}"} for number in range(62))))
    assert len(refused.value.errors) == 61 and str(refused.value.errors[-1].message).startswith("2 ")


def test_a_list_that_changes_nothing_is_refused(bank: Session, reviewer: Actor) -> None:
    with pytest.raises(Invalid):
        load_list(bank, reviewer, file=a_file({"slug": KEI, "co2_bron": "DEFRA25"}))


def test_more_than_three_times_is_asked_twice(bank: Session, reviewer: Actor) -> None:
    row = load_list(bank, reviewer, file=a_file({**NMD, "co2_nieuw_kg_per_kg": "0,3565"})).list
    with pytest.raises(Invalid) as refused:
        use_list(bank, reviewer, list_id=row.id, seen=1)
    assert refused.value.field == "sure"
    use_list(bank, reviewer, list_id=row.id, seen=1, sure=True)
    assert factor(bank) == Decimal("0.3565")


def test_three_times_is_not_more_than_three_times(bank: Session, reviewer: Actor) -> None:
    used(bank, reviewer, {**NMD, "co2_nieuw_kg_per_kg": "0,3564"})
    assert factor(bank) == Decimal("0.3564")


def test_a_list_that_was_looked_at_before_another_came_is_looked_at_again(bank: Session, reviewer: Actor) -> None:
    first, second = (
        load_list(bank, reviewer, file=a_file({**NMD, "co2_nieuw_kg_per_kg": value})).list for value in ("0,09", "0,1")
    )
    use_list(bank, reviewer, list_id=first.id, seen=1)
    with pytest.raises(Conflict):
        use_list(bank, reviewer, list_id=second.id, seen=1)
    use_list(bank, reviewer, list_id=second.id, seen=2)
    assert (factor(bank), second.based_on, second.version_id) == (Decimal("0.1"), 2, 3)
    with pytest.raises(Conflict):
        use_list(bank, reviewer, list_id=second.id, seen=3)


def test_former_figures_come_back_as_a_new_version(bank: Session, reviewer: Actor) -> None:
    used(bank, reviewer, NMD)
    back = restore_version(bank, reviewer, version=1)
    assert (back.state, back.restores, factor(bank)) == ("draft", 1, Decimal("0.09"))
    use_list(bank, reviewer, list_id=back.id, seen=2)
    now, then = get_taxonomy(bank).material(KEI), taxonomy_of_version(bank, 1).material(KEI)
    assert (now, get_taxonomy(bank).version) == (then, 3)
    with pytest.raises(Conflict):
        restore_version(bank, reviewer, version=1)
    with pytest.raises(Missing):
        restore_version(bank, reviewer, version=9)


def test_the_history_of_a_material_names_only_versions_that_changed_it(bank: Session, reviewer: Actor) -> None:
    used(bank, reviewer, NMD)
    used(bank, reviewer, {"slug": "hardhouten-balk", "kg_bron": "gewogen", "kg_conf": "A"})
    used(bank, reviewer, {"slug": KEI, "mki_eur_per_kg": "onbekend"})
    history = list_material_versions(bank, KEI)
    assert [entry.version.number for entry in history] == [4, 2, 1]
    assert [[change.figure.fact for change in entry.changes] for entry in history[::2]] == [["mki", "mki_source"], []]
    assert [version.list.name if version.list else "" for version in list_versions(bank)] == ["nmd.csv", "nmd.csv", "nmd.csv", ""]
    with pytest.raises(Missing):
        list_material_versions(bank, "klei")


def test_newer_files_leave_the_figures_of_a_list_in_place(bank: Session, reviewer: Actor, tmp_path: Path) -> None:
    used(bank, reviewer, NMD)
    assert sync(bank, OPERATOR).version == 2  # the files of this program are in use, under a list
    lines = (SHIPPED / "materials.csv").read_text(encoding="utf-8").splitlines()
    changed = [line.replace(",0.1188,", ",0.2,") for line in lines]
    (tmp_path / "materials.csv").write_text("\n".join(changed), encoding="utf-8")
    synced = sync(bank, OPERATOR, source=tmp_path)
    assert (synced.version, synced.is_new, synced.listed, factor(bank)) == (3, True, 1, Decimal("0.09"))
    other = get_taxonomy(bank).material("betonstraatsteen-kei-10cm").carbon
    assert other is not None and other.kgco2e_per_kg == Decimal("0.2")
    with pytest.raises(Conflict):
        sync(bank, OPERATOR)


def test_a_municipality_hands_in_and_the_ao_ce_takes_it_into_use(bank: Session, reviewer: Actor, coordinator: Actor) -> None:
    row = load_list(bank, coordinator, file=a_file(NMD)).list
    for verb in (
        lambda: use_list(bank, coordinator, list_id=row.id, seen=1),
        lambda: decline_list(bank, coordinator, list_id=row.id, reason="x"),
    ):
        with pytest.raises(Forbidden):
            verb()
    with pytest.raises(Missing):
        get_factor_list(bank, reviewer, row.id)  # not before it is handed in
    hand_in_list(bank, coordinator, list_id=row.id)
    assert [factor_list.id for factor_list in list_factor_lists(bank, reviewer)] == [row.id]
    with pytest.raises(Forbidden):
        withdraw_list(bank, reviewer, list_id=row.id)
    use_list(bank, reviewer, list_id=row.id, seen=1)
    notices = bank.execute(select(NoticeRow.kind, NoticeRow.person_id, NoticeRow.organisation_id).order_by(NoticeRow.id)).all()
    assert notices == [("factors_handed_in", reviewer.person_id, None), ("factors_used", None, coordinator.organisation_id)]
    material = get_taxonomy(bank).material(KEI)
    assert material.licence_holder == "hengelo"
    assert may_read_factor(coordinator, material) and may_read_factor(reviewer, material)
    assert may_read_factor(make_actor(bank, "hengelo"), material)
    assert not may_read_factor(make_actor(bank, "borne", "coordinator"), material)


def test_a_declined_list_says_why(bank: Session, reviewer: Actor, coordinator: Actor) -> None:
    row = load_list(bank, coordinator, file=a_file(NMD)).list
    hand_in_list(bank, coordinator, list_id=row.id)
    for reason in (" ", "x" * 501):
        with pytest.raises(Invalid):
            decline_list(bank, reviewer, list_id=row.id, reason=reason)
    decline_list(bank, reviewer, list_id=row.id, reason="De eenheid klopt niet.")
    assert (row.state, row.reason, factor(bank)) == ("declined", "De eenheid klopt niet.", Decimal("0.1188"))
    for verb in (hand_in_list, withdraw_list):
        with pytest.raises(Conflict):
            verb(bank, coordinator, list_id=row.id)


def test_a_list_of_another_municipality_is_not_there(bank: Session, coordinator: Actor) -> None:
    row = load_list(bank, coordinator, file=a_file(NMD)).list
    borne = make_actor(bank, "borne", "coordinator")
    with pytest.raises(Missing):
        get_factor_list(bank, borne, row.id)
    assert list_factor_lists(bank, borne) == []
    with pytest.raises(Forbidden):
        load_list(bank, make_actor(bank, "hengelo"), file=a_file(NMD))
    withdraw_list(bank, coordinator, list_id=row.id)
    assert row.state == "withdrawn"
