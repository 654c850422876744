"""An unfinished lot: stored as typed, seen by the writer only, and settled into a draft."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing, Unauthorised
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions import drafts
from marketplace.market.actions.demands import withdraw_demand
from marketplace.market.actions.drafts import attach_listing, discard_sketch, forget_sketches, save_sketch, start_sketch
from marketplace.market.actions.listings import delete_draft
from marketplace.market.queries.drafts import find_sketch_of_demand, get_sketch, list_sketches
from marketplace.market.queries.listings import find_last_project, list_usual_materials
from marketplace.market.rules.drafts import ANSWERS_LENGTH_MAX, SketchKind
from marketplace.matching.actions.offer import save_draft_listing
from marketplace.matching.actions.publish import publish
from marketplace.materials.queries import get_taxonomy
from tests.factories import KEI, listing_draft, make_actor, make_demand, make_draft, make_listing, seed_taxonomy


def test_what_is_half_or_wrong_is_kept_as_typed(session: Session) -> None:
    actor = make_actor(session, "hengelo")
    sketch = start_sketch(session, actor, {"quantity": "veel"})
    save_sketch(session, actor, sketch_id=sketch.id, answers={"quantity": "1.5", "title": "Keien"})
    assert get_sketch(session, actor, sketch.id).answers == {"quantity": "1.5", "title": "Keien"}


def test_only_the_writer_sees_a_sketch(session: Session) -> None:
    writer, colleague = make_actor(session, "hengelo"), make_actor(session, "hengelo")
    sketch = start_sketch(session, writer, {"title": "Keien"})
    for other in (colleague, make_actor(session, "borne")):
        assert list_sketches(session, other) == []
        with pytest.raises(Missing):
            save_sketch(session, other, sketch_id=sketch.id, answers={})
        with pytest.raises(Missing):
            discard_sketch(session, other, sketch)
    with pytest.raises(Unauthorised):
        start_sketch(session, ANONYMOUS, {})


def test_drafts_and_their_length_have_an_end(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = make_actor(session, "hengelo")
    with pytest.raises(Invalid):
        start_sketch(session, actor, {"remarks": "x" * (ANSWERS_LENGTH_MAX + 1)})
    monkeypatch.setattr(drafts, "SKETCHES_MAX", 1)
    start_sketch(session, actor, {})
    with pytest.raises(Conflict):
        start_sketch(session, actor, {})


def test_a_settled_sketch_is_open_again_once_an_answer_changes(session: Session) -> None:
    seed_taxonomy(session)
    actor = make_actor(session, "hengelo")
    sketch = start_sketch(session, actor, {"title": "Keien"})
    listing = save_draft_listing(session, actor, listing_draft(), listing_id=None)
    attach_listing(session, actor, sketch_id=sketch.id, listing=listing, answers={"title": "Keien"})
    assert save_sketch(session, actor, sketch_id=sketch.id, answers={"title": "Keien"}).is_settled
    assert not save_sketch(session, actor, sketch_id=sketch.id, answers={"title": "Andere keien"}).is_settled
    again = save_draft_listing(session, actor, listing_draft(title="Andere keien"), listing_id=listing.id)
    assert (again.id, again.title) == (listing.id, "Andere keien")


def test_a_sketch_is_gone_once_its_lot_is_published(session: Session) -> None:
    seed_taxonomy(session)
    actor = make_actor(session, "hengelo")
    sketch = start_sketch(session, actor, {})
    draft = make_draft(session, actor)
    attach_listing(session, actor, sketch_id=sketch.id, listing=draft, answers={})
    publish(session, actor, listing_id=draft.id)
    assert list_sketches(session, actor) == []


def test_the_usual_materials_come_most_used_first(session: Session) -> None:
    seed_taxonomy(session)
    actor, taxonomy = make_actor(session, "hengelo"), get_taxonomy(session)
    make_listing(session, actor, material="trottoirband-13-15x25", quantity=Quantity(Decimal(120), Unit.M))
    for _turn in range(2):
        make_listing(session, actor, project="Dorpsstraat")
    make_listing(session, make_actor(session, "borne"), project="Elders")
    names = [taxonomy.material_by_id(material_id).slug for material_id in list_usual_materials(session, actor)]
    assert names == [KEI, "trottoirband-13-15x25"]
    assert find_last_project(session, actor) == "Dorpsstraat"


def test_a_change_of_a_demand_is_told_by_who_may_and_while_it_lasts(session: Session) -> None:
    seed_taxonomy(session)
    asker = make_actor(session, "borne")
    demand = make_demand(session, asker)
    with pytest.raises(Forbidden):
        start_sketch(session, make_actor(session, "hengelo"), {}, kind=SketchKind.DEMAND, demand=demand)
    sketch = start_sketch(session, asker, {"title": "Anders"}, kind=SketchKind.DEMAND, demand=demand)
    assert find_sketch_of_demand(session, asker, demand.id) is sketch
    with pytest.raises(Missing):
        get_sketch(session, asker, sketch.id, SketchKind.LISTING)
    demand = withdraw_demand(session, asker, demand_id=demand.id)
    assert find_sketch_of_demand(session, asker, demand.id) is None
    with pytest.raises(Conflict):
        start_sketch(session, asker, {}, kind=SketchKind.DEMAND, demand=demand)


def test_what_nobody_touched_for_ninety_days_is_dropped_and_its_draft_lot_stays(session: Session) -> None:
    seed_taxonomy(session)
    actor, now = make_actor(session, "hengelo"), clock.now()
    with clock.frozen(now - timedelta(days=91)):
        old = start_sketch(session, actor, {"title": "Oud"})
        draft = make_draft(session, actor)
        attach_listing(session, actor, sketch_id=old.id, listing=draft, answers={})
    with clock.frozen(now - timedelta(days=89)):
        start_sketch(session, actor, {"title": "Nog niet"})
    published = make_draft(session, actor)
    attach_listing(session, actor, sketch_id=start_sketch(session, actor, {}).id, listing=published, answers={})
    publish(session, actor, listing_id=published.id)
    assert forget_sketches(session) == 2
    assert [sketch.answers for sketch in list_sketches(session, actor)] == [{"title": "Nog niet"}]
    assert draft.status == "draft"


def test_the_number_of_a_draft_is_never_used_again(session: Session) -> None:
    actor = make_actor(session, "hengelo")
    first = start_sketch(session, actor, {"title": "Keien"})
    number = first.id
    discard_sketch(session, actor, first)
    assert start_sketch(session, actor, {"title": "Banden"}).id > number
    with pytest.raises(Missing):
        save_sketch(session, actor, sketch_id=number, answers={"title": "Keien uit een oud venster"})


def test_a_page_that_was_left_open_does_not_write_over_what_is_newer(session: Session) -> None:
    actor = make_actor(session, "hengelo")
    sketch = start_sketch(session, actor, {"title": "Keien"})
    save_sketch(session, actor, sketch_id=sketch.id, answers={"title": "Grijze keien"}, version=1)
    assert sketch.version == 2
    with pytest.raises(Conflict):
        save_sketch(session, actor, sketch_id=sketch.id, answers={"title": "Oud"}, version=1)
    assert get_sketch(session, actor, sketch.id).answers == {"title": "Grijze keien"}
    save_sketch(session, actor, sketch_id=sketch.id, answers={"title": "Met de knop"})
    assert (sketch.answers, sketch.version) == ({"title": "Met de knop"}, 3)


def test_the_number_of_a_deleted_draft_lot_is_never_used_again(session: Session) -> None:
    seed_taxonomy(session)
    actor = make_actor(session, "hengelo")
    number = make_draft(session, actor).id
    delete_draft(session, actor, listing_id=number)
    assert make_draft(session, actor).id > number
