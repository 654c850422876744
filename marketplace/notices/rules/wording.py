"""How every kind of notice reads.

One line for the subject, the inbox and the digest, and what a letter adds to it.

The facts of a notice are plain values; `told` makes of them what a reader reads. A sentence whose facts are missing is left out.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marketplace.kernel import clock
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import Amount, Unit
from marketplace.notices.rules.kinds import Notice
from marketplace.notices.rules.letter import REASON, Button, Moment, Price, Wording
from marketplace.notices.rules.papers import ADVISING, OUTCOMES, PAPERS, RECALLING, STORING, VERDICTS
from marketplace.notices.rules.reporting import REPORTING
from marketplace.notices.rules.settling import SETTLING
from marketplace.notices.rules.talking import OFFERING, TALKING

_NEEDED = re.compile(r"%\((\w+)\)s")
_PEOPLES_WORDS = ("title", "demand", "name", "reason", "about", "question", "answer", "message")
_AT_LISTING = ("listing", _("Look at the listing"))
_AT_DEMAND = ("demand", _("Look at the demand"))


WORDINGS: dict[Notice, Wording] = {
    Notice.INVITATION: Wording(
        _("Invitation"),
        _("You are invited to the Twente Materials Bank"),
        (
            _("%(organisation)s has reserved an account for you as: %(role)s."),
            _("Choose a password with the link below. Then your account is ready. The link works once, until %(until)s."),
        ),
        (("secret", _("Make your account")),),
        after=(_("You did not expect this? Then you need not do anything."),),
    ),
    Notice.PASSWORD_RESET: Wording(
        _("A new password"),
        _("Set a new password"),
        (_("Somebody asked for a new password for your account. With the link below you set one. It works once, for an hour."),),
        (("secret", _("Set a new password")),),
        after=(_("Was it not you? Then you need not do anything: your password stays as it is."),),
    ),
    Notice.PASSWORD_CHANGED: Wording(
        _("Your password was changed"),
        _("Your password was changed"),
        (_("The password of your account was changed. You were logged out in every other browser."),),
        (("password", _("Set a new password")),),
        after=(_("Was it not you? Then set a new password at once, and tell the administrator."),),
    ),
    Notice.JOIN_REQUESTED: Wording(
        _("A request to join"),
        _("%(organisation)s asks to join"),
        (_("Look at the request, and accept it or say why not."),),
        (("joining", _("Look at the request")),),
    ),
    Notice.JOIN_DECLINED: Wording(
        _("Your request to join"),
        _("%(organisation)s cannot join the Twente Materials Bank now"),
        (_("You asked whether %(organisation)s could join. The administrator declined it."), REASON),
        (),
    ),
    Notice.RESERVATION_REQUESTED: Wording(
        _("A request for your lot"),
        _("%(organisation)s asks for “%(title)s”"),
        (
            _("%(organisation)s would like to have %(quantity)s of “%(title)s”. It is held for them."),
            _("Answer by %(until)s. After that the request lapses and the quantity is free again."),
        ),
        (("reservation", _("Answer the request")),),
        (Button("approve", "reservation_id", _("Approve")),),
    ),
    Notice.RESERVATION_WAITING: Wording(
        _("Somebody is waiting for your lot"),
        _("%(organisation)s is on the waiting list for “%(title)s”"),
        (
            _(
                "%(organisation)s would like to have %(quantity)s of “%(title)s”. There is not enough left, so nothing is held for them."
            ),
            _("You may choose them instead of a request that you have not approved yet."),
        ),
        (("reservation", _("Look at the request")),),
    ),
    Notice.RESERVATION_APPROVED: Wording(
        _("Your reservation is approved"),
        _("Your reservation of “%(title)s” is approved"),
        (
            _("%(organisation)s approved your reservation of %(quantity)s of “%(title)s”."),
            _("Collect it by %(until)s. The reservation shows where it is and whom to call."),
        ),
    ),
    Notice.RESERVATION_REJECTED: Wording(
        _("Your request is rejected"),
        _("Your reservation of “%(title)s” is rejected"),
        (_("%(organisation)s rejected your reservation of %(quantity)s of “%(title)s”."), REASON),
    ),
    Notice.RESERVATION_CANCELLED: Wording(
        _("A reservation is cancelled"),
        _("The reservation of “%(title)s” is cancelled"),
        (_("The reservation of %(quantity)s of “%(title)s”, with %(organisation)s, is cancelled."), REASON),
    ),
    Notice.RESERVATION_EXPIRED: Wording(
        _("A reservation has lapsed"),
        _("The reservation of “%(title)s” has lapsed"),
        (
            _(
                "The reservation of %(quantity)s of “%(title)s”, with %(organisation)s, has lapsed: its time was over. The quantity is free again."
            ),
        ),
    ),
    Notice.HANDED_OVER: Wording(
        _("A hand-over to confirm"),
        _("Did you receive “%(title)s”?"),
        (
            _("%(organisation)s says that %(quantity)s of “%(title)s” was handed over to you."),
            _("Confirm it by %(until)s. After that day it counts as confirmed."),
            _("%(ordered)s was ordered. It counts only once you have confirmed it."),
            _("Did you count a different quantity? Open the reservation and enter your own figure."),
        ),
        buttons=(Button("confirm", "reservation_id", _("Confirm the hand-over")),),
    ),
    Notice.COMPLETED: Wording(
        _("A transfer is completed"),
        _("The transfer of “%(title)s” is completed"),
        (_("%(organisation)s received %(quantity)s of “%(title)s”. The exchange now counts in the figures."),),
    ),
    Notice.RESERVATION_DISPLACED: Wording(
        _("Your request moved to the waiting list"),
        _("Your request for “%(title)s” is on the waiting list now"),
        (
            _("%(organisation)s chose another request, so there is not enough left for your %(quantity)s of “%(title)s”."),
            _("You need not do anything: when something becomes free and it is your turn, it is offered to you."),
            REASON,
        ),
    ),
    Notice.WAITING_ENDED: Wording(
        _("Your place on a waiting list has ended"),
        _("“%(title)s” will not become free for you any more"),
        (
            _(
                "You were waiting for %(quantity)s of “%(title)s” from %(organisation)s. Your place on the waiting list has ended."
            ),
            REASON,
        ),
        (_AT_LISTING,),
    ),
    Notice.RESERVATION_OFFERED: Wording(
        _("An offer from the waiting list"),
        _("It is your turn for “%(title)s”"),
        (
            _("%(quantity)s of “%(title)s” from %(organisation)s has become free, and you are next on the waiting list."),
            _("It is held for you until %(until_time)s. Without an answer it goes to the next one."),
        ),
        buttons=(Button("accept-offer", "reservation_id", _("Accept the offer")),),
    ),
    Notice.RESERVATION_EXPIRING: Wording(
        _("A reservation that will lapse soon"),
        ngettext("The reservation of “%(title)s” ends in %(num)s day", "The reservation of “%(title)s” ends in %(num)s days", 0),
        (
            _("It is about %(quantity)s, with %(organisation)s. The term ends on %(until_time)s."),
            _("%(ordered)s was ordered. It counts only once you have confirmed it."),
            _("In the reservation you see what has to be done before then."),
        ),
    ),
    Notice.DISPUTED: Wording(
        _("A hand-over is disputed"),
        _("%(organisation)s counted a different quantity of “%(title)s”"),
        (
            _("You entered %(quantity)s. %(organisation)s says that it was %(other_quantity)s."),
            REASON,
            _("Enter in the reservation which figure is right. When you both give the same one, the transfer is completed."),
        ),
    ),
    Notice.DISPUTE_ANSWERED: Wording(
        _("An answer about a disputed hand-over"),
        _("%(organisation)s answered about the quantity of “%(title)s”"),
        (
            _("The figure of %(organisation)s is now %(other_quantity)s."),
            REASON,
            _("Is that right? Enter the same figure in the reservation. Then the transfer is completed."),
        ),
    ),
    Notice.CANCEL_PROPOSED: Wording(
        _("A proposal to cancel after the hand-over"),
        _("%(organisation)s proposes to cancel the transfer of “%(title)s”"),
        (_("It is about %(quantity)s. The transfer is cancelled only when you agree."), REASON),
        (("reservation", _("Answer the proposal")),),
    ),
    Notice.NO_SHOW: Wording(
        _("Something was not collected"),
        _("“%(title)s” was not collected"),
        (
            _("Nobody came to collect %(quantity)s of “%(title)s”, says %(organisation)s. The reservation has ended."),
            _(
                "Is that not right? Say so in the reservation, once. It then does not count until the broker of the region has decided."
            ),
            _("Do you still need it? Then ask for it again."),
        ),
    ),
    **ADVISING,
    **PAPERS,
    **REPORTING,
    **SETTLING,
    **RECALLING,
    **STORING,
    **TALKING,
    **OFFERING,
    Notice.RETURNED: Wording(
        _("Something was returned"),
        _("Part of “%(title)s” came back"),
        (_("%(quantity)s went back after the transfer with %(organisation)s. The figures have been corrected."), REASON),
    ),
    Notice.REVERSED: Wording(
        _("A transfer was taken back in the ledger"),
        _("“%(title)s” counts in no figure any more"),
        (
            _(
                "The AO CE took back %(quantity)s of the transfer with %(organisation)s in the ledger. The figures have been corrected."
            ),
            REASON,
        ),
    ),
    Notice.APPOINTMENT_PROPOSED: Wording(
        _("A time to collect is proposed"),
        _("%(organisation)s proposes when “%(title)s” can be collected"),
        (_("Choose one of these times in the reservation:"),),
        (("reservation", _("Choose a time")),),
        points="times",
    ),
    Notice.APPOINTMENT_AGREED: Wording(
        _("A time to collect is agreed"),
        _("“%(title)s” will be collected on %(time)s"),
        (
            _("You agreed on this with %(organisation)s."),
            _("In the reservation you find the place, what to know at the gate, and the appointment for your calendar."),
        ),
    ),
    Notice.NEW_MATCH: Wording(
        _("A new match"),
        _("A match: “%(title)s”"),
        (
            _("There is a match between “%(title)s” and a demand. The other side is %(organisation)s."),
            _("It can cover %(quantity)s."),
            _("Not known for certain: %(doubts)s of the properties that were asked for. Ask before you reserve."),
        ),
        (_AT_LISTING, _AT_DEMAND),
        many=ngettext("%(num)s new match", "%(num)s new matches", 0),
    ),
    Notice.SAVED_SEARCH: Wording(
        _("Something new for a saved search"),
        ngettext("%(num)s new lot for your search “%(name)s”", "%(num)s new lots for your search “%(name)s”", 0),
        (),
        (("search", _("Look at the results")),),
    ),
    Notice.FAVOURITE_CHANGED: Wording(
        _("A lot that you keep has changed"),
        _("“%(title)s”, which you keep, has changed"),
        (
            _("The price is %(price)s now. It was %(price_before)s."),
            _("Free now: %(free)s. It was %(free_before)s."),
            _("Nothing of it is free now. %(reserved)s was free."),
        ),
        (_AT_LISTING,),
    ),
    Notice.FAVOURITE_GONE: Wording(
        _("A lot that you keep is gone"),
        _("“%(title)s”, which you keep, is not on offer any more"),
        (),
        (("kept", _("Look at the lots that you keep")),),
    ),
    Notice.LISTING_FRESHNESS: Wording(
        _("Is your lot still there?"),
        _("Is “%(title)s” still there?"),
        (_("Say so before %(until)s. After that day the lot leaves the catalogue until you confirm it."),),
        (("listing", _("Something changed, or it is gone")),),
        (Button("listing-still", "listing_id", _("Yes, still there")),),
    ),
    Notice.LISTING_STALE: Wording(
        _("Your lot left the catalogue"),
        _("“%(title)s” is not in the catalogue any more"),
        (_("Nobody has said in the last 60 days that it is still there. With one click it is back."),),
        (("listing", _("Something changed, or it is gone")),),
        (Button("listing-still", "listing_id", _("Yes, still there")),),
    ),
    Notice.DEMAND_FRESHNESS: Wording(
        _("Are you still looking for it?"),
        _("Are you still looking for “%(demand)s”?"),
        (_("Say so before %(until)s. After that day nobody sees the demand until you confirm it."),),
        (("demand", _("Something changed, or it is not needed any more")),),
        (Button("demand-still", "demand_id", _("Yes, still looking")),),
    ),
    Notice.DEMAND_STALE: Wording(
        _("Your demand is not shown any more"),
        _("Nobody sees your demand “%(demand)s” any more"),
        (_("Nobody has said in the last 90 days that you are still looking for it. With one click it is back."),),
        (("demand", _("Something changed, or it is not needed any more")),),
        (Button("demand-still", "demand_id", _("Yes, still looking")),),
    ),
    Notice.LETTER_GIVEN_UP: Wording(
        _("A letter was given up"),
        _("A letter to %(reader)s was given up"),
        (
            _("What went wrong: %(error)s"),
            _("What it says is in the inbox of its reader. On the page of the clock you have it tried again, or let it go."),
        ),
        (("clock", _("Look at the letters that were given up")),),
    ),
}
ENDS_TODAY = _("The reservation of “%(title)s” ends today")
COUNTS_ITSELF = (
    _("The hand-over of “%(title)s” counts as confirmed after today"),
    ngettext(
        "The hand-over of “%(title)s” counts as confirmed in %(num)s day",
        "The hand-over of “%(title)s” counts as confirmed in %(num)s days",
        0,
    ),
)
ASKS_A_YES = (  # silence does not confirm what was ordered otherwise
    _("The hand-over of “%(title)s” goes to the broker after today"),
    ngettext(
        "The hand-over of “%(title)s” goes to the broker in %(num)s day",
        "The hand-over of “%(title)s” goes to the broker in %(num)s days",
        0,
    ),
)
_SOME = ngettext("%(num)s message for you", "%(num)s messages for you", 0)


def _same(words: str) -> str:
    return words


def readable_facts(facts: Mapping[str, Any], written: Callable[[str], str] = _same) -> dict[str, Any]:
    """The facts as a reader reads them: quantities with their unit, days and times in words. `written` marks what people wrote."""
    values: dict[str, Any] = {name: value for name, value in facts.items() if value not in (None, "")}
    values["title"] = values.pop("listing_title", None)
    values["demand"] = values.pop("demand_title", None)
    values["name"] = values.pop("search_name", None)
    for name in _PEOPLES_WORDS:
        if values.get(name):
            values[name] = written(str(values[name]))
    for name in ("price", "price_before"):
        if isinstance(values.get(name), dict):
            values[name] = Price(values[name]["cents"], Unit(values[name]["unit"]))
    for name in ("quantity", "other_quantity", "ordered", "free", "free_before", "reserved"):
        if isinstance(values.get(name), dict):
            values[name] = Amount(Decimal(str(values[name]["amount"])), Unit(values[name]["unit"]))
    until = values.pop("until", None)
    if until:
        values["until"] = clock.local(datetime.fromisoformat(until)).date() if "T" in until else date.fromisoformat(until)
        values["until_time"] = Moment(datetime.fromisoformat(until)) if "T" in until else values["until"]
    if values.get("verdict"):
        values["verdict"] = VERDICTS[values["verdict"]]
    if values.get("outcome"):
        values["outcome"] = OUTCOMES[values["outcome"]]
    for name in ("since", "first", "last"):
        values |= {name: date.fromisoformat(values[name])} if values.get(name) else {}
    if values.get("time"):
        values["time"] = Moment(datetime.fromisoformat(values["time"]))
    values["times"] = [Moment(datetime.fromisoformat(item)) for item in values.get("times", ())]
    return {name: value for name, value in values.items() if value is not None}


def line(kind: Notice, values: Mapping[str, Any]) -> Text:
    """Write the one sentence of a notice. Only the name of its kind where a fact of the sentence is missing."""
    wording = WORDINGS[kind]
    if kind is Notice.RESERVATION_EXPIRING:
        today, later = (ENDS_TODAY, wording.line)
        if values.get("status") == "handed_over":
            today, later = ASKS_A_YES if "ordered" in values else COUNTS_ITSELF
        return _filled(later if values.get("days") else today, values, number=values.get("days")) or wording.label
    return _filled(wording.line, values, number=values.get("days", values.get("count"))) or wording.label


def sentences(texts: tuple[Text, ...], values: Mapping[str, Any]) -> list[Text]:
    """What can be said with these facts."""
    return [filled for text in texts if (filled := _filled(text, values)) is not None]


def subject(kinds: list[Notice], first: Text) -> Text:
    """Write the subject of a letter. The line of the one notice in it, else how many there are and of what."""
    if len(kinds) == 1:
        return first
    kind, *others = set(kinds)
    chosen = _SOME if others else WORDINGS[kind].many or _SOME
    return Text(chosen.message, chosen.plural, len(kinds), {"num": len(kinds)})


def _filled(text: Text, values: Mapping[str, Any], *, number: int | None = None) -> Text | None:
    """The sentence with its facts; None where one is missing."""
    existing = {**values, "num": number} if number is not None else values
    needed = set(_NEEDED.findall(text.message)) | set(_NEEDED.findall(text.plural or ""))
    if not needed <= existing.keys():
        return None
    return Text(text.message, text.plural, number or 0, {name: existing[name] for name in needed})
