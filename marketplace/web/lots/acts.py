"""What can be done with a lot: each act with its form, its verb and what it says afterwards."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for

from marketplace.accounts.policy import Actor, Can
from marketplace.depots.models import Lot
from marketplace.depots.queries.lots import get_lot
from marketplace.depots.rules.number import lot_number
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount
from marketplace.market.rules.listing import Condition
from marketplace.stock.actions.changing import count_lot, take_out_lot, write_off_lot
from marketplace.stock.actions.moving import move_lot, split_lot
from marketplace.stock.actions.offering import draft_of_lot, offer_lot
from marketplace.stock.queries.lying import with_offers
from marketplace.stock.rules.handling import Going
from marketplace.web.lots.forms import CountForm, LetOutForm, LotForm, MoveForm, OfferForm, SplitForm, WriteOffForm
from marketplace.web.lots.shown import place_of


def to_the_lot(_session: Session, lot: Lot) -> str:
    """The page of the lot."""
    return url_for("lots.show", lot_id=lot.id)


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `asks`: its fields in order; `folded`: those that most people leave as they are, of which `inside` names some.

    `do` gives the lot to look at next; `says` what came of it, from that lot and how much there was before; `leads` where one goes
    from there.
    """

    heading: Text
    button: Text
    form: type[LotForm]
    asks: tuple[str, ...]
    folded: tuple[str, ...]
    do: Callable[[Session, Actor, Lot, Any], Lot]
    says: Callable[[Lot, Decimal], Text]
    permission: Can = Can.HANDLE_LOT
    leads: Callable[[Session, Lot], str] = to_the_lot
    inside: Text | None = None

    def fields(self, form: LotForm) -> Iterable[Any]:
        """The fields that stand open."""
        return [form[name] for name in self.asks]

    def more(self, form: LotForm) -> Iterable[Any]:
        """The folded ones."""
        return [form[name] for name in self.folded]


def _move(session: Session, actor: Actor, lot: Lot, form: MoveForm) -> Lot:
    going = Going(
        depot_id=form.depot_id,
        location=form.place.location if form.depot_id is None else None,
        bay=form.bay.data or "",
        pallets=form.pallets.data,
        drive=form.drive(),
    )
    return move_lot(session, actor, lot_id=lot.id, amount=None, going=going, occasion=form.occasion())


def _split(session: Session, actor: Actor, lot: Lot, form: SplitForm) -> Lot:
    going = Going(bay=form.bay.data or None, pallets=form.pallets.data)
    return split_lot(session, actor, lot_id=lot.id, amount=_amount(form), going=going, occasion=form.occasion())


def _count(session: Session, actor: Actor, lot: Lot, form: CountForm) -> Lot:
    return count_lot(session, actor, lot_id=lot.id, counted=_amount(form), pallets=None, occasion=form.occasion())


def _let_out(session: Session, actor: Actor, lot: Lot, form: LetOutForm) -> Lot:
    return take_out_lot(session, actor, lot_id=lot.id, amount=_amount(form), pallets=None, occasion=form.occasion())


def _write_off(session: Session, actor: Actor, lot: Lot, form: WriteOffForm) -> Lot:
    return write_off_lot(session, actor, lot_id=lot.id, amount=_amount(form), pallets=None, occasion=form.occasion())


def _offer(session: Session, actor: Actor, lot: Lot, form: OfferForm) -> Lot:
    values = {"title": lot.title, "condition": Condition(lot.condition), "available_from": clock.today()}
    draft = draft_of_lot(session, actor, lot_id=lot.id, amount=_amount(form), **values)
    offered = offer_lot(session, actor, lot_id=lot.id, draft=draft).lot_id
    assert offered is not None
    return get_lot(session, actor, offered)


def _to_the_offer(session: Session, lot: Lot) -> str:
    (seen,) = with_offers(session, [lot])
    assert seen.listing is not None
    return url_for("listings.edit", listing_id=seen.listing.id)


def _amount(form: Any) -> Decimal:
    amount = form.quantity.data
    assert isinstance(amount, Decimal)
    return amount


def _moved(lot: Lot, _before: Decimal) -> Text:
    return _("Lot %(number)s is in %(place)s now.", number=lot_number(lot.id), place=place_of(lot))


def _parted(lot: Lot, _before: Decimal) -> Text:
    return _("%(quantity)s is a lot of its own now: %(number)s.", quantity=_there(lot), number=lot_number(lot.id))


def _counted(lot: Lot, before: Decimal) -> Text:
    gap = Amount(abs(lot.quantity - before), lot.unit_of)
    if lot.quantity == before:
        return _("Counted: %(there)s. That is right.", there=_there(lot))
    if lot.quantity < before:
        return _("Counted: %(there)s. That is %(gap)s less than the bank said.", there=_there(lot), gap=gap)
    return _("Counted: %(there)s. That is %(gap)s more than the bank said.", there=_there(lot), gap=gap)


def _gone_out(lot: Lot, before: Decimal) -> Text:
    gone = Amount(before - lot.quantity, lot.unit_of)
    return _("Booked out: %(gone)s. Left: %(there)s.", gone=gone, there=_there(lot))


def _written_off(lot: Lot, before: Decimal) -> Text:
    gone = Amount(before - lot.quantity, lot.unit_of)
    return _("Written off: %(gone)s. Left: %(there)s.", gone=gone, there=_there(lot))


def _drafted(lot: Lot, _before: Decimal) -> Text:
    return _("The draft of the offer is made, of %(there)s. Add photos and publish it.", there=_there(lot))


def _there(lot: Lot) -> Amount:
    return Amount(lot.quantity, lot.unit_of)


_ASKED_OF_MOVE = ("depot", "place", "bay")
_MORE_OF_MOVE = ("vehicle_class", "driven_km", "pallets", "moved_on", "reason")

_DRIVEN = _("vehicle, kilometres")

MOVE = Act(_("Move"), _("Move it"), MoveForm, _ASKED_OF_MOVE, _MORE_OF_MOVE, _move, _moved, inside=_DRIVEN)
SPLIT = Act(_("Split"), _("Split it off"), SplitForm, ("quantity", "bay"), ("pallets", "moved_on"), _split, _parted)
COUNT = Act(_("Count"), _("Save the count"), CountForm, ("quantity", "reason"), ("moved_on",), _count, _counted)
LET_OUT = Act(_("Book out"), _("Book it out"), LetOutForm, ("quantity", "reason"), ("moved_on",), _let_out, _gone_out)
WRITE_OFF = Act(_("Write off"), _("Write it off"), WriteOffForm, ("quantity", "reason"), ("moved_on",), _write_off, _written_off)
OFFER = Act(
    *(_("Offer it"), _("Make the draft of the offer"), OfferForm, ("quantity",), (), _offer, _drafted),
    permission=Can.OFFER_LOT,
    leads=_to_the_offer,
)
