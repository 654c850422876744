"""The number on the label of a lot: its own, and two figures by which a slip is found.

ISO 7064, MOD 97-10, as in an account number of a bank: every wrong figure and every two that changed places are found.
"""

import re

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _

LARGEST = 2**31 - 1
_TYPED = re.compile(r"p?0*([1-9][0-9]{0,9})([0-9]{2})")
_ADDRESS = re.compile(r"https?://\S+/lots/([1-9][0-9]{0,9})/?(?:[?#]\S*)?", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s\u00a0\u202f.\-\u2010-\u2015]")


def lot_number(lot_id: int) -> str:
    """The number as it stands on the label, `P1042-76`."""
    return f"P{lot_id}-{_check_figures(lot_id):02d}"


def read_lot_number(text: str, field: str | None = None) -> int:
    """The lot that a typed number means. With or without the letter, the dash and blanks; refused where a figure is wrong.

    A scanner types the address that the code on the label holds: that one names the lot too.
    """
    if (scanned := _ADDRESS.fullmatch(text.strip())) and int(scanned[1]) <= LARGEST:
        return int(scanned[1])
    plain = _BETWEEN.sub("", text).lower()
    result = _TYPED.fullmatch(plain)
    if result is None:
        raise Invalid(
            _("Type the number as it is on the label: the letter P, digits, a dash and two digits, for example P1042-76."),
            field,
        )
    lot_id = int(result[1])
    if _check_figures(lot_id) != int(result[2]) or lot_id > LARGEST:
        raise Invalid(
            _(
                "There is no lot with number %(typed)s: a digit is wrong, or two are swapped. Look at the label "
                "and type it again.",
                typed=text.strip()[:20],
            ),
            field,
        )
    return lot_id


def _check_figures(lot_id: int) -> int:
    return 98 - lot_id * 100 % 97
