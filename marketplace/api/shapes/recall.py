"""Recalls, and where every part of a lot went."""

from marketplace.api.fields import Choice, Day, Integer, Line, Moment, Quantity, Sentence, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.lot import LotSchema
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.recalls.rules import PartyRole


class RecallSchema(Shape):
    """A recall: a lot was found to be contaminated, and it and all that came from it is blocked."""

    id = Integer()
    lot = Integer("id of the lot in which it was found", attribute="lot_id")
    title = Line("of that lot", attribute="lot.title")
    reason = Line("what was found", attribute="finding")
    found_on = Day("the reuse figures go back in the month of this day")
    blocked_at = Moment()
    organisation = Part(OrganisationSchema, "which reported it")


class RecallsSchema(PageSchema):
    """A page of recalls."""

    items = List(Part(RecallSchema))


class PartySchema(Shape):
    """An organisation that was told, once."""

    organisation = Part(OrganisationSchema)
    roles = List(Choice(PartyRole), "why it was told", attribute="as_roles")
    told_at = Moment()
    alert_email = Line(
        "of an adviser: where it was mailed beside its people; for whoever reads every recall or reported this one", optional=True
    )
    confirmed_at = Moment("when it confirmed that it knows; null: not yet", allow_none=True)
    had_since = Day("from when it owned, had or kept some of it, or of what that came from; null: it never did", allow_none=True)
    had_until = Day("until when; null: it still does, or it never did", allow_none=True)


class _TransferSchema(Shape):
    """A reservation that ended, or a transfer that was taken back in the ledger."""

    reservation = Integer(attribute="reservation_id")
    status = Choice(ReservationStatus, meaning="where it stood before")
    quantity = Quantity("what was reserved, or what was taken back")
    seq = Integer("the row of the ledger that takes it back; null: nothing was booked", allow_none=True)


class _ReleaseSchema(Shape):
    """A lot that was set free again, with what came from it."""

    lot = Integer(attribute="lot_id")
    paper = Integer("id of the paper that shows it", attribute="paper_id")
    reason = Line()
    organisation = Part(OrganisationSchema)
    released_at = Moment()


class WholeRecallSchema(RecallSchema):
    """A recall with what it did. Its lots are at /recalls/{id}/lots."""

    lots = Integer("how many it covers")
    blocked = Integer("how many of these it still blocks")
    parties = List(Part(PartySchema))
    transfers = List(Part(_TransferSchema))
    releases = List(Part(_ReleaseSchema))
    note = Sentence("what stays as it is when a lot is free again")


class RecalledLotSchema(Shape):
    """A lot of a recall."""

    lot = Part(LotSchema, "as it is now")
    quantity = Quantity("as it was when it was blocked")
    listing = Integer("id of its offer, which was withdrawn; null: it was not on offer", attribute="listing_id", allow_none=True)
    is_free = YesNo("true: this recall blocks it no more", get=lambda row: row.release_id is not None)


class RecalledLotsSchema(PageSchema):
    """A page of the lots of a recall."""

    items = List(Part(RecalledLotSchema))


class _HadSchema(Shape):
    """An owner and a holder of a lot, from which day until which."""

    owner = Part(OrganisationSchema)
    holder = Part(OrganisationSchema)
    depot = Line("name of the depot where it lay; null: in none", allow_none=True)
    quantity = Quantity("of this lot when that began")
    since = Day()
    until = Day("null: so it is now", allow_none=True)


class TracedLotSchema(LotSchema):
    """A lot of a tree. Its parent names the lot it came from.

    Of a lot that you may not read bay, pallets, inDepotSince and listing are null.
    """

    pallets = Integer("pallet places that it takes; null: not for you to know", allow_none=True)
    depth = Integer("how many splits below the origin it stands")
    had = List(Part(_HadSchema), "everybody who owned or had it, the first ones first")


class _UnconfirmedSchema(Shape):
    """What was handed over and is not confirmed.

    It lies with its receiver, and on the books it is its giver's.
    """

    lot = Integer("id of the lot of which it is a part", attribute="lot_id")
    reservation = Integer("id of the reservation that handed it over", attribute="reservation_id")
    organisation = Part(OrganisationSchema, "which has it")
    quantity = Quantity("as it was measured")
    since = Day("when it was handed over", allow_none=True)


class _ReceiverSchema(Shape):
    """An organisation that has something of the tree."""

    organisation = Part(OrganisationSchema)
    lots = Integer("how many lots")
    quantity = Quantity("of all of them together, in the unit of the origin")
    is_confirmed = YesNo("false: it was handed over to it, and it has not confirmed")


class TreeSchema(Shape):
    """Where a lot comes from and where every part of it went."""

    root = Integer("id of the lot with which it begins")
    lots = List(Part(TracedLotSchema), "each after the one it came from")
    receivers = List(Part(_ReceiverSchema))
    unconfirmed = List(Part(_UnconfirmedSchema), "what was handed over without its receiver having confirmed")
