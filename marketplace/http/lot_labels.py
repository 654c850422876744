"""Labels of lots as a file, each with the address that its code opens."""

import re
from collections.abc import Sequence

from flask import Response, make_response

from marketplace.depots.models import Lot
from marketplace.depots.rules.number import lot_number
from marketplace.http.request import site_address
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.formats import quantity
from marketplace.kernel.language import _
from marketplace.sheets.labels import MEDIA_TYPE, Label, labels_pdf

PAGE = "/lots/{}"
_IDS = re.compile(r"[1-9][0-9]{0,9}(,[1-9][0-9]{0,9})*")


def read_ids(text: str) -> list[int]:
    """The lots of an address, `1042,1043`. Refused when anything else stands there."""
    plain = text.replace(" ", "")
    if not _IDS.fullmatch(plain):
        raise Invalid(_("Name the lots by their ids, with commas between them, for example 1042,1043."), "ids")
    return [int(part) for part in plain.split(",")]


def labels_answer(lots: Sequence[Lot]) -> Response:
    """The labels of these lots, to print."""
    content = labels_pdf([label_of(lot) for lot in lots], clock.today())
    kind, what = (_("label"), lot_number(lots[0].id)) if len(lots) == 1 else (_("labels"), clock.today().isoformat())
    answer = make_response(content)
    answer.headers["Content-Type"] = MEDIA_TYPE
    answer.headers["Content-Disposition"] = f'inline; filename="{kind}-{what}.pdf"'
    return answer


def label_of(lot: Lot) -> Label:
    """The words of a lot's label. Its code is in Dutch whoever prints it: it opens in the language of whoever scans."""
    return Label(
        number=lot_number(lot.id),
        title=lot.title,
        quantity=quantity(lot.quantity, lot.unit_of),
        owner=lot.organisation.name,
        address=f"{site_address()}{PAGE.format(lot.id)}",
        is_blocked=lot.blocked_at is not None,
    )
