"""What is left of a withdrawn lot is offered again as that very lot: nothing lies there twice."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.depots.models import Lot
from marketplace.exchange.actions.decide import withdraw
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.market.actions.listings import close_listing
from marketplace.market.models import Listing, Photo
from marketplace.market.rules.freshness import Outcome
from tests.factories import make_actor, make_listing
from tests.visitors import send, visit


def test_a_withdrawn_lot_goes_on_as_the_same_lot(app: Flask, session: Session) -> None:
    owner = make_actor(session, "hengelo")
    was = make_listing(session, owner, title="Grijze keien", remarks="Achter het hek")
    withdraw(session, owner, listing_id=was.id, outcome=Outcome.LATER)
    session.commit()
    client = visit(app, session, owner)
    answer = send(client, "/werk/aanbod", {}, to=f"/aanbod/{was.id}/opnieuw")
    again = session.scalars(select(Listing).order_by(Listing.id.desc())).first()
    assert again is not None and answer.location == f"/aanbod/{again.id}/bewerken"
    assert (again.lot_id, again.title, again.remarks, again.quantity) == (was.lot_id, was.title, "Achter het hek", was.quantity)
    first, second = (
        session.scalars(select(Photo.files).where(Photo.listing_id == number)).all() for number in (was.id, again.id)
    )
    assert first == second != []
    assert session.scalars(select(Lot.id)).all() == [was.lot_id]
    assert [label for label, ask in INVARIANTS if ask(session)] == []


def test_what_is_offered_already_or_gone_begins_as_a_new_lot(app: Flask, session: Session) -> None:
    owner = make_actor(session, "hengelo")
    later, gone = make_listing(session, owner), make_listing(session, owner)
    withdraw(session, owner, listing_id=later.id, outcome=Outcome.LATER)
    close_listing(session, owner, listing_id=gone.id, outcome=Outcome.OWN_USE)
    session.commit()
    client = visit(app, session, owner)
    assert send(client, "/werk/aanbod", {}, to=f"/aanbod/{later.id}/opnieuw").location.endswith("/bewerken")
    for number in (later.id, gone.id):
        assert "/aanbod/concept/" in str(send(client, "/werk/aanbod", {}, to=f"/aanbod/{number}/opnieuw").location)
