"""Photos come first: they wait at the unfinished lot, move to its draft listing, and can be put back once taken away."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Missing
from marketplace.market.actions.drafts import attach_listing, discard_sketch, start_sketch
from marketplace.market.actions.photos import (
    add_photo,
    delete_photo,
    describe_photos,
    edit_photo,
    forget_removed_photos,
    restore_photo,
)
from marketplace.market.models import ObjectChange, Photo, PhotoFile, Sketch
from marketplace.market.queries.drafts import find_covers, list_sketch_photos
from marketplace.market.queries.listings import get_listing, list_photo_files, may_see_photo
from marketplace.market.rules.photos import StoredPicture
from marketplace.matching.actions.offer import save_draft_listing
from tests.factories import listing_draft, make_actor, make_listing, seed_taxonomy


def picture(name: str) -> StoredPicture:
    return StoredPicture({"webp-480": (f"{name}.webp", 480, 360)})


@pytest.fixture
def hengelo(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def sketch(session: Session, hengelo: Actor) -> Sketch:
    return start_sketch(session, hengelo, {})


def names(session: Session, sketch: Sketch) -> list[str]:
    return [photo.files["webp-480"]["name"] for photo in list_sketch_photos(session, sketch)]


def test_photos_wait_at_the_sketch_and_move_to_its_draft_in_order(session: Session, hengelo: Actor, sketch: Sketch) -> None:
    for name in ("a", "b"):
        add_photo(session, hengelo, sketch_id=sketch.id, picture=picture(name), alt=name)
    _first, second = list_sketch_photos(session, sketch)
    edit_photo(session, hengelo, sketch_id=sketch.id, photo_id=second.id, position=1)
    assert names(session, sketch) == ["b.webp", "a.webp"]
    assert find_covers(session, [sketch])[sketch.id].id == second.id
    assert session.scalars(select(ObjectChange).where(ObjectChange.kind == "listing")).all() == []
    listing = save_draft_listing(session, hengelo, listing_draft(), listing_id=None)
    attach_listing(session, hengelo, sketch_id=sketch.id, listing=listing, answers={})
    session.expire_all()
    assert [photo.alt for photo in get_listing(session, hengelo, listing.id).photos] == ["b", "a"]
    assert names(session, sketch) == ["b.webp", "a.webp"]
    add_photo(session, hengelo, sketch_id=sketch.id, picture=picture("c"))
    assert find_covers(session, [sketch])[sketch.id].id == second.id
    assert names(session, sketch) == ["b.webp", "a.webp", "c.webp"]


def test_only_the_writer_sees_them(session: Session, hengelo: Actor, sketch: Sketch) -> None:
    add_photo(session, hengelo, sketch_id=sketch.id, picture=picture("a"))
    assert may_see_photo(session, hengelo, "a.webp")
    for other in (make_actor(session, "hengelo"), make_actor(session, "borne")):
        assert not may_see_photo(session, other, "a.webp")
        with pytest.raises(Missing):
            add_photo(session, other, sketch_id=sketch.id, picture=picture("b"))


def test_what_each_shows_is_kept_in_one_stroke(session: Session, hengelo: Actor, sketch: Sketch) -> None:
    first = add_photo(session, hengelo, sketch_id=sketch.id, picture=picture("a"), alt="eerste")
    second = add_photo(session, hengelo, sketch_id=sketch.id, picture=picture("b"))
    describe_photos(session, hengelo, sketch_id=sketch.id, alts={second.id: "pallets", second.id + 7: "van een ander"})
    assert (first.alt, second.alt) == ("eerste", "pallets")


def test_a_photo_that_was_taken_away_comes_back_where_it_was(session: Session, hengelo: Actor, sketch: Sketch) -> None:
    for name in ("a", "b", "c"):
        add_photo(session, hengelo, sketch_id=sketch.id, picture=picture(name), alt=name)
    middle = list_sketch_photos(session, sketch)[1]
    assert delete_photo(session, hengelo, sketch_id=sketch.id, photo_id=middle.id) == 2
    assert names(session, sketch) == ["a.webp", "c.webp"] and not may_see_photo(session, hengelo, "b.webp")
    assert "b.webp" in list_photo_files(session)
    other = make_actor(session, "borne")
    with pytest.raises(Missing):
        restore_photo(session, other, sketch_id=sketch.id, photo_id=middle.id)
    restore_photo(session, hengelo, sketch_id=sketch.id, photo_id=middle.id)
    assert names(session, sketch) == ["a.webp", "b.webp", "c.webp"] and middle.alt == "b"
    restore_photo(session, hengelo, sketch_id=sketch.id, photo_id=middle.id)  # a double click
    assert len(names(session, sketch)) == 3


def test_of_a_lot_on_offer_too_but_never_its_last(session: Session, hengelo: Actor) -> None:
    listing = make_listing(session, hengelo)
    [only] = get_listing(session, hengelo, listing.id).photos
    with pytest.raises(Conflict):
        delete_photo(session, hengelo, listing_id=listing.id, photo_id=only.id)
    add_photo(session, hengelo, listing_id=listing.id, picture=picture("b"))
    delete_photo(session, hengelo, listing_id=listing.id, photo_id=only.id)
    assert [photo.files["webp-480"]["name"] for photo in get_listing(session, hengelo, listing.id).photos] == ["b.webp"]
    elsewhere = make_listing(session, hengelo)
    with pytest.raises(Missing):
        restore_photo(session, hengelo, listing_id=elsewhere.id, photo_id=only.id)
    restore_photo(session, hengelo, listing_id=listing.id, photo_id=only.id)
    assert next(photo.id for photo in get_listing(session, hengelo, listing.id).photos) == only.id


def test_what_is_taken_from_a_lot_on_offer_is_seen_by_nobody_until_its_owner_puts_it_back(
    session: Session, hengelo: Actor
) -> None:
    listing = make_listing(session, hengelo)
    photo = add_photo(session, hengelo, listing_id=listing.id, picture=picture("b"))
    readers = (hengelo, make_actor(session, "borne"), ANONYMOUS)
    assert all(may_see_photo(session, reader, "b.webp") for reader in readers)
    delete_photo(session, hengelo, listing_id=listing.id, photo_id=photo.id)
    assert not any(may_see_photo(session, reader, "b.webp") for reader in readers)
    with pytest.raises(Forbidden):
        restore_photo(session, make_actor(session, "borne"), listing_id=listing.id, photo_id=photo.id)
    restore_photo(session, hengelo, listing_id=listing.id, photo_id=photo.id)
    assert all(may_see_photo(session, reader, "b.webp") for reader in readers)


def test_after_a_day_it_is_gone_for_good(
    session: Session, hengelo: Actor, sketch: Sketch, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = add_photo(session, hengelo, sketch_id=sketch.id, picture=picture("a"))
    add_photo(session, hengelo, sketch_id=sketch.id, picture=picture("b"))
    number, then = photo.id, clock.now()
    delete_photo(session, hengelo, sketch_id=sketch.id, photo_id=number)
    monkeypatch.setattr(clock, "now", lambda: then + timedelta(hours=23))
    assert forget_removed_photos(session) == 0
    monkeypatch.setattr(clock, "now", lambda: then + timedelta(hours=25))
    assert forget_removed_photos(session) == 1
    session.expire_all()
    assert list_photo_files(session) == {"b.webp"}
    with pytest.raises(Missing):
        restore_photo(session, hengelo, sketch_id=sketch.id, photo_id=number)


def test_they_go_with_what_is_thrown_away(session: Session, hengelo: Actor, sketch: Sketch) -> None:
    add_photo(session, hengelo, sketch_id=sketch.id, picture=picture("a"))
    discard_sketch(session, hengelo, sketch)
    session.expire_all()
    assert session.scalars(select(Photo)).all() == [] and session.scalars(select(PhotoFile)).all() == []
