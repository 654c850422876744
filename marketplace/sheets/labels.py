"""Labels of lots as an accessible, lasting PDF: UA-1 and A-2a.

Eight to a sheet of A4, as sheets of labels of 99.1 × 67.7 mm are sold; one alone on a page of its own size, A7, for a printer of labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from marketplace.kernel.formats import long_date
from marketplace.kernel.language import _, current_locale
from marketplace.sheets.typesetting import REGIONS, drawn, qr_code, typeset

MEDIA_TYPE = "application/pdf"
TEMPLATE = Path(__file__).with_name("labels.typ")
PER_SHEET = 8


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on the label of one lot. `address` is what its code opens."""

    number: str
    title: str
    quantity: str
    owner: str
    address: str
    is_blocked: bool


def labels_pdf(labels: Sequence[Label], made_on: date) -> bytes:
    """Make the PDF, in the reader's language. One label has a page of its own size, more stand on sheets of eight."""
    locale = current_locale()
    values = {
        "title": _("Label of lot %(number)s", number=labels[0].number) if len(labels) == 1 else _("Labels of lots"),
        "author": "Twentse Materialenbank",
        "locale": locale,
        "region": REGIONS.get(locale, "NL"),
        "date": {"year": made_on.year, "month": made_on.month, "day": made_on.day},
        "sheets": [
            [_label_facts(label, made_on) for label in labels[at : at + PER_SHEET]] for at in range(0, len(labels), PER_SHEET)
        ],
        "single": "yes" if len(labels) == 1 else "no",
    }
    return typeset(TEMPLATE, "labels", drawn(values))


def _label_facts(label: Label, made_on: date) -> dict[str, Any]:
    return {
        "number": label.number,
        "title": label.title,
        "quantity": label.quantity,
        "owner": _("of %(owner)s", owner=label.owner),
        "as_of": _("quantity on %(day)s", day=long_date(made_on)),
        "blocked": _("Blocked: give to nobody") if label.is_blocked else "",
        "qr": qr_code(label.address),
        "qr_alt": _("QR code that opens the page of lot %(number)s: %(address)s", number=label.number, address=label.address),
    }
