"""The parts of the page of a transfer that are only read.

Its head, how far it is, what it saved, and what happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from textwrap import shorten

from marketplace.accounts.policy import Actor
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.terms import is_confirmed_by_silence
from marketplace.exchange.rules.history import By, Event, Mark
from marketplace.exchange.rules.reservation import MEASURED_LABELS, STATUS_LABELS, MeasuredBy, ReservationStatus
from marketplace.exchange.rules.terms import Terms
from marketplace.http.written import Written
from marketplace.impact.rules.impact import Impact, mass_kg
from marketplace.kernel.db import Session
from marketplace.kernel.formats import (
    NO_BREAK_SPACE,
    brief_moment,
    carbon,
    km,
    long_date,
    mass,
    money,
    near_date,
    number,
    quantity,
    tonne_km,
)
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import Cause, RowKind
from marketplace.web.ui.lots import picture
from marketplace.web.ui.next_step import Circumstances, Next, Tone, next_step

_S = ReservationStatus
MINUS = "\u2212"
NOTE_LENGTH_MAX = 90  # of what was said, in a line of the history; in full it stands with what was measured


@dataclass(frozen=True, slots=True)
class Head:
    """What it is, in one glance. `disputed`: the two figures that do not agree, in place of how much it is."""

    amount: str
    title: Written
    disputed: Text | None
    owner: str
    asker: str
    also: tuple[Text | str, ...]
    picture_url: str

    @classmethod
    def of(cls, reservation: Reservation, terms: Terms, figures: Impact, booked: Exchange | None, *, exact: bool) -> "Head":
        """Less what came back: that is on offer again."""
        unit = Unit(reservation.unit)
        left = reservation.quantity - reservation.returned or reservation.quantity
        road = booked.road_km if booked else figures.road_km
        price = terms.price_cents(left)
        photo = next(iter(reservation.listing.photos), None)
        cover = picture(photo, reservation.listing.title) if photo else None
        return cls(
            amount=quantity(left, unit),
            title=Written(reservation.listing.title),
            disputed=_disputed(reservation, unit),
            owner=reservation.owner.name,
            asker=reservation.organisation.name,
            also=(
                mass(mass_kg(left, terms.kg_per_unit)),
                _("%(km)s by road", km=km(road, 1 if exact or booked else 0)),
                money(price) if price else _("free of charge"),
            ),
            picture_url=cover.small if cover else "",
        )


def _disputed(reservation: Reservation, unit: Unit) -> Text | None:
    mine, theirs = reservation.owner_figure, reservation.receiver_figure
    if reservation.status != _S.DISPUTED or mine is None or theirs is None or mine == theirs:
        return None
    return _("Disputed: %(owner)s or %(receiver)s", owner=number(mine), receiver=quantity(theirs, unit))


@dataclass(frozen=True, slots=True)
class Listed:
    """A transfer in a list: what, between whom, and whose step it is."""

    number: int
    amount: str
    title: Written
    owner: str
    asker: str
    picture_url: str
    state: Text
    tone: str

    @classmethod
    def of(cls, session: Session, actor: Actor, reservation: Reservation) -> "Listed":
        """Of a row with its lot. Who spoke last in a dispute takes its whole history, so there only its state is said."""
        photo = next(iter(reservation.listing.photos), None)
        upcoming = next_step(actor, reservation, Circumstances(needs_yes=needs_yes(session, reservation)))
        return cls(
            number=reservation.id,
            amount=quantity(reservation.quantity - reservation.returned or reservation.quantity, reservation.unit),
            title=Written(reservation.listing.title),
            owner=reservation.owner.name,
            asker=reservation.organisation.name,
            picture_url=picture(photo, reservation.listing.title).small if photo else "",
            state=STATUS_LABELS[_S.DISPUTED] if reservation.status == _S.DISPUTED else upcoming.badge,
            tone=upcoming.tone.value,
        )


def needs_yes(session: Session, reservation: Reservation) -> bool:
    """Whether silence does not confirm what was handed over."""
    return reservation.status == _S.HANDED_OVER and not is_confirmed_by_silence(session, reservation)


_STAGES = (_("Request"), _("Approval"), _("Hand-over"), _("Confirmation"))
_WAITS = {Tone.MINE: "now", Tone.OTHER: "wait", Tone.STOP: "stop", Tone.DONE: "done"}


def stages(reservation: Reservation, upcoming: Next) -> list[tuple[Text, str]]:
    """How far it is, in four nouns: done, and what it waits for or where it stopped."""
    if reservation.status == _S.COMPLETED:
        return [(noun, "done") for noun in _STAGES]
    at = 3 if reservation.handed_over_at else 2 if reservation.approved_at else 1
    state = "stop" if reservation.ended_at else _WAITS[upcoming.tone]
    return [(noun, "done" if place < at else state if place == at else "") for place, noun in enumerate(_STAGES)]


@dataclass(frozen=True, slots=True)
class Result:
    """A figure of what was saved, with its name below it."""

    figure: str
    name: Text | str


def results(reservation: Reservation, rows: Sequence[Exchange]) -> list[Result]:
    """What a finished transfer saved, less what was taken back later and the way back of it."""
    moved = sum((row.mass_kg for row in rows), Decimal(0))
    nets = [row.net_kgco2e for row in rows]
    net = None if nets[0] is None else sum((value for value in nets if value is not None), Decimal(0))
    price = reservation.purchase_price_cents if reservation.replaces_purchase else None
    lasting = reservation.quantity - reservation.taken_back
    if price:
        third = Result(f"€{NO_BREAK_SPACE}{number(price * lasting / reservation.asked / 100, 0)}", _("not spent on new material"))
    else:
        third = _split(tonne_km(sum((row.tonne_km for row in rows), Decimal(0))), _("%(unit)s of transport"))
    return [_split(mass(moved), _("%(unit)s used again")), _split(carbon(net), _("%(unit)s saved, net")), third]


_TAKEN_OFF: dict[Cause, tuple[Text, Text]] = {  # where the avoided carbon is not known, and where it is
    Cause.RETURN: (
        _("Row %(seq)s, %(day)s: what came back takes off %(mass)s."),
        _("Row %(seq)s, %(day)s: what came back takes off %(mass)s and %(carbon)s avoided."),
    ),
    Cause.CORRECTION: (
        _("Row %(seq)s, %(day)s: the AO CE took it back in the ledger, which takes off %(mass)s."),
        _("Row %(seq)s, %(day)s: the AO CE took it back in the ledger, which takes off %(mass)s and %(carbon)s avoided."),
    ),
    Cause.RECALL: (
        _("Row %(seq)s, %(day)s: the lot was recalled, which takes off %(mass)s."),
        _("Row %(seq)s, %(day)s: the lot was recalled, which takes off %(mass)s and %(carbon)s avoided."),
    ),
}
_WAY_BACK = _("Row %(seq)s, %(day)s: the way back over %(km)s adds %(work)s and %(carbon)s of transport.")


def later_rows(reservation: Reservation, rows: Sequence[Exchange]) -> list[Text]:
    """What was booked later of a transfer, each row in a sentence that says why."""
    return [_later(reservation, row) for row in rows]


def _later(reservation: Reservation, row: Exchange) -> Text:
    words = {"seq": row.seq, "day": long_date(row.booked_at)}
    if row.kind == RowKind.HAUL:
        words |= {"km": km(row.road_km), "work": tonne_km(row.tonne_km), "carbon": carbon(row.transport_kgco2e)}
        return _(_WAY_BACK.message, **words)
    is_return = reservation.returned > 0  # rows of before version 4 do not say why
    cause = Cause(row.cause) if row.cause else Cause.RETURN if is_return else Cause.CORRECTION
    avoided = row.avoided_kgco2e
    sentence = _TAKEN_OFF[cause][avoided is not None]
    return _(sentence.message, **words, mass=mass(-row.mass_kg), carbon=carbon(None if avoided is None else -avoided))


def _split(written: str, name: Text) -> Result:
    """A figure, and its unit with its name: the figure alone is large."""
    figure, _gap, unit = written.partition(NO_BREAK_SPACE)
    return Result(figure.replace("-", "−"), _(name.message, unit=unit))  # a minus as wide as the figures


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history: what happened, when, why, and the figure at the right."""

    sentence: Text
    when: str
    also: Text | str | None = None
    note: Written | None = None
    figure: str = ""
    mark: str = Mark.PLAIN.value
    is_replaced: bool = False
    ledger_row: int | None = None


def lines(actor: Actor, reservation: Reservation, events: Sequence[Event], rows: Sequence[Exchange]) -> list[Line]:
    """What happened as this reader reads it, and what the ledger then got."""
    unit, names = Unit(reservation.unit), _names(actor, reservation)
    events_told = [
        (
            event.at,
            Line(
                _(event.sentence.message, who=names[event.by], asker=reservation.organisation.name),
                brief_moment(event.at),
                _measured(reservation, event),
                _reason(reservation, event),
                near_date(event.time) if event.time else quantity(event.figure, unit) if event.figure is not None else "",
                event.mark.value,
                event.is_replaced,
            ),
        )
        for event in events
    ]
    booked = [(row.booked_at, _booked(row)) for row in rows if row.kind != RowKind.HAUL]
    return [line for _at, line in sorted([*events_told, *booked], key=_first)]


def _first(pair: tuple[datetime, Line]) -> datetime:
    return pair[0].replace(microsecond=0)  # what a step booked stands after it


def _names(actor: Actor, reservation: Reservation) -> dict[By, Text | str]:
    names: dict[By, Text | str] = {
        By.OWNER: reservation.owner.name,
        By.ASKER: reservation.organisation.name,
        By.BROKER: _("The broker"),
        By.CLOCK: "",
    }
    if not reservation.is_internal:
        own = {reservation.owner_id: By.OWNER, reservation.organisation_id: By.ASKER}.get(actor.organisation_id or 0)
        names |= {own: _("You")} if own else {}
    return names


def _measured(reservation: Reservation, event: Event) -> str | None:
    """How a side came to its figure."""
    way = {
        "hand-over": reservation.owner_measured_by,
        "late-hand-over": reservation.owner_measured_by,
        "confirm": reservation.receiver_measured_by if event.by is By.ASKER else None,
        "dispute": reservation.receiver_measured_by,
    }.get(event.action)
    return str(MEASURED_LABELS[MeasuredBy(way)]).lower() if way else None


def _reason(reservation: Reservation, event: Event) -> Written | None:
    """Why, in the words of whoever did it, as far as they are kept."""
    words = {
        "dispute": reservation.dispute_reason,
        "resolve": reservation.settled_reason,
        "late-hand-over": reservation.late_reason,
        "object": reservation.objection,
        "decide-objection": reservation.objection_answer,
        **dict.fromkeys(("reject", "cancel", "no-show", "propose-cancel"), reservation.reason),
    }.get(event.action)
    return Written(shorten(words, NOTE_LENGTH_MAX, placeholder=" …")) if words else None


def _booked(row: Exchange) -> Line:
    sentence = _("Counted in the figures") if row.kind == RowKind.TRANSFER else _("Taken off the figures")
    return Line(sentence, near_date(row.booked_at), figure=mass(row.mass_kg).replace("-", MINUS), ledger_row=row.seq)


@dataclass(frozen=True, slots=True)
class Versus:
    """Two figures that do not agree, each with its side and how it was measured.

    `part`: the smaller one as a share of the larger, in percent.
    """

    owner: str
    owner_figure: str
    owner_measured: Text | None
    receiver: str
    receiver_figure: str
    receiver_measured: Text | None
    gap: Text
    part: int
    words: Written | None

    @classmethod
    def of(cls, reservation: Reservation, terms: Terms) -> "Versus | None":
        """None while not both sides said how much it was."""
        mine, theirs, unit = reservation.owner_figure, reservation.receiver_figure, Unit(reservation.unit)
        if reservation.status != _S.DISPUTED or mine is None or theirs is None:
            return None
        apart, largest = abs(mine - theirs), max(mine, theirs)
        return cls(
            owner=reservation.owner.name,
            owner_figure=quantity(mine, unit),
            owner_measured=_way(reservation.owner_measured_by),
            receiver=reservation.organisation.name,
            receiver_figure=quantity(theirs, unit),
            receiver_measured=_way(reservation.receiver_measured_by),
            gap=_("Difference: %(amount)s (%(mass)s)", amount=Amount(apart, unit), mass=mass(mass_kg(apart, terms.kg_per_unit))),
            part=int(100 - 100 * apart / largest),
            words=Written(reservation.dispute_reason) if reservation.dispute_reason else None,
        )


def _way(measured: str | None) -> Text | None:
    return MEASURED_LABELS[MeasuredBy(measured)] if measured else None
