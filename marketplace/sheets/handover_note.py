"""The hand-over note (overdrachtsbon) as an accessible, lasting PDF: UA-1 and A-2a.

Made by Typst, with tags, a title, a language and a QR code that has words.

What it says is a plain value; how it looks is `handover_note.typ`. Letters come from the package of Source Sans 3 and never from
the machine, so the same note is the same everywhere.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from marketplace.kernel.language import DEFAULT_LOCALE, Text, _, current_locale
from marketplace.sheets.typesetting import REGIONS, drawn, qr_code, typeset

MEDIA_TYPE = "application/pdf"
TEMPLATE = Path(__file__).with_name("handover_note.typ")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two sides: its organisation, its signatory and the time of signing. Empty while it has not been signed."""

    organisation: str
    signed: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the quantity: how much, how it was measured, in what condition. Empty where it is not known yet."""

    quantity: str = ""
    measured_by: str = ""
    condition: str = ""
    signed: str = ""


@dataclass(frozen=True, slots=True)
class HandoverNote:
    """Everything on a note, figures and days as its reader writes them.

    What has not been filled in yet is empty. `price` is empty where nothing is paid. `place`, `appointment` and names in `signed`
    are only there for readers who may know them.
    """

    number: int
    address: str
    state: str
    lot: str
    lot_number: int
    material: str
    owner: Side
    receiver: Side
    ordered: Figure
    by_owner: Figure
    by_receiver: Figure
    counted: Figure
    mass: str
    written_off: str
    write_off_reason: str
    dispute_reason: str
    settled_reason: str
    returned: str
    price: str
    handed_over_on: str
    place: str
    term: str
    is_finished: bool
    condition: str
    destination: str
    changes: tuple[str, ...]
    late_reason: str
    reuse: str
    appointment: str | None
    appointment_notes: str
    papers: tuple[str, ...]
    made_on: str
    made: date


def handover_note(note: HandoverNote) -> bytes:
    """Make the PDF, in the reader's language."""
    return typeset(TEMPLATE, "note", {**drawn(_note_facts(note)), "qr": qr_code(note.address)})


def _note_facts(note: HandoverNote) -> dict[str, Any]:
    locale = current_locale()
    title = _("Hand-over note %(number)s", number=str(note.number))
    return {
        "locale": locale,
        "region": REGIONS.get(locale, "NL"),
        "title": title,
        "author": "Twentse Materialenbank",
        "description": f"{note.lot}: {note.owner.organisation} → {note.receiver.organisation}",
        "footer": _(
            "Twentse Materialenbank, hand-over note %(number)s, as it stood on %(day)s", number=str(note.number), day=note.made_on
        ),
        "date": {"year": note.made.year, "month": note.made.month, "day": note.made.day},
        "lot": note.lot,
        "written": DEFAULT_LOCALE,
        "state": note.state,
        "scan": _("Scan the code or open the page of this transfer:"),
        "address": note.address,
        "qr_alt": _("QR code that opens the page of this transfer: %(address)s", address=note.address),
        "sides": _sides(note),
        "quantities": _quantities(note),
        "facts": _facts(note),
        "papers": {
            "heading": _("Papers with this note"),
            "list": note.papers,
            "none": _("No papers or photos have been added."),
        },
        "terms": _terms(note),
    }


def _sides(note: HandoverNote) -> dict[str, Any]:
    return {
        "heading": _("The two sides"),
        "head": [_("Side"), _("Organisation"), _("Signed by")],
        "rows": [
            [_("From (owner)"), note.owner.organisation, note.owner.signed or _("not signed yet")],
            [_("To (receiver)"), note.receiver.organisation, note.receiver.signed or _("not signed yet")],
        ],
    }


def _quantities(note: HandoverNote) -> dict[str, Any]:
    message: list[tuple[Text, Figure]] = [
        (_("Ordered"), note.ordered),
        (_("Statement of the owner"), note.by_owner),
        (_("Statement of the receiver"), note.by_receiver),
        (_("What both agreed, and what counts"), note.counted),
    ]
    sentences: list[Text | str] = []
    if note.written_off:
        sentences.append(
            _("Written off: %(quantity)s. Reason: %(reason)s", quantity=note.written_off, reason=note.write_off_reason)
        )
    if note.dispute_reason:
        sentences.append(_("The receiver disputed the quantity. Reason: %(reason)s", reason=note.dispute_reason))
    if note.settled_reason:
        sentences.append(_("Why this figure counts: %(reason)s", reason=note.settled_reason))
    if note.returned:
        sentences.append(_("Returned after completion: %(quantity)s.", quantity=note.returned))
    return {
        "heading": _("The quantity"),
        "head": [_("Which figure"), _("Quantity"), _("Measured and condition"), _("By whom and when")],
        "rows": [
            [
                label,
                figure.quantity or _empty(note),
                _how(figure),
                figure.signed or ("–" if figure is note.ordered else _empty(note)),
            ]
            for label, figure in message
        ],
        "sentences": sentences,
    }


def _how(figure: Figure) -> Text | str:
    """How it was measured and in which condition; nothing where neither was said."""
    return ", ".join(part for part in (figure.measured_by, figure.condition) if part) or "–"


def _empty(note: HandoverNote) -> Text | str:
    """What stands where nobody said anything: on a finished note nothing can follow any more."""
    return "–" if note.is_finished else _not_yet()


def _facts(note: HandoverNote) -> dict[str, Any]:
    rows: list[tuple[Text, Text | str]] = [
        (_("Material"), note.material),
        (_("Lot"), _("number %(number)s on the bank", number=str(note.lot_number))),
        (_("Mass"), note.mass),
        (_("Condition"), note.condition),
        (_("Price"), note.price or _("free of charge")),
        (_("Ownership passes"), _passes(note)),
        (_("Place to collect"), note.place),
        (_("Destination"), note.destination),
        (_("To be collected"), note.term),
    ]
    if note.late_reason:
        rows.append((_("Booked afterwards, because"), note.late_reason))
    if note.appointment is not None and (note.appointment or not note.is_finished):
        rows.append((_("Appointment"), note.appointment or _not_yet()))
        if note.appointment_notes:
            rows.append((_("At the gate"), note.appointment_notes))
    return {
        "heading": _("The transfer"),
        "head": [_("What"), _("As agreed")],
        "rows": [list(row) for row in rows],
        "sentences": note.changes,
    }


def _passes(note: HandoverNote) -> Text:
    if note.handed_over_on:
        return _("At the hand-over, on %(day)s.", day=note.handed_over_on)
    return _("At the hand-over, on the day that the owner enters. That has not been filled in yet.")


def _terms(note: HandoverNote) -> dict[str, Any]:
    return {
        "heading": _("Waste status and liability"),
        "sentences": [
            _waste_status(note),
            _(
                "The owner has said what is known about the material, its hazards and its origin. The receiver looks at it at the hand-over and "
                "checks that it is fit and lawful for the intended use. From the hand-over on the receiver carries the risk; the materials bank "
                "is no party to this transfer."
            ),
        ],
        "source": _(
            "These sentences are the materials bank's own wording and not a legal text. Where the two organisations have agreed otherwise in "
            "writing, that counts."
        ),
    }


def _waste_status(note: HandoverNote) -> Text:
    """What was answered about the use decides; no paper says more than is known."""
    if not note.reuse:
        return _("The waste status has not been assessed.")
    return _(
        "The receiver uses it as it is, for what it was made for or something of a higher grade: %(use)s. The reservation, made before the "
        "hand-over, is the evidence that this use is certain; the material is not handed over as waste.",
        use=note.reuse,
    )


def _not_yet() -> Text:
    return _("not filled in yet")
