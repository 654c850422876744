"""Phone numbers of people: how they are read, written and shown, and to whom."""

import re
from dataclasses import dataclass
from enum import StrEnum

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean

TYPED_LENGTH_MAX = 40
NATIONAL_DIGITS = 10  # with the 0 in front
_SIGNS = re.compile(r"[\s\u00a0()./–-]")
_TRUNK = re.compile(r"(\+\d{1,3})\(0\)")  # +31 (0)6
_NATIONAL = re.compile(r"0[1-9]\d{8}")
_ABROAD = re.compile(r"\+[1-9]\d{7,14}")
_AREA_OF_THREE = re.compile(r"0(?:1[035]|2[0346]|3[03568]|4[03568]|5[0358]|7\d|8[4-8]|9[17])")


class PhoneShown(StrEnum):
    """To whom somebody's phone number is shown, by their own choice."""

    NEVER = "never"
    TRANSFER = "transfer"
    MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class DetailsDraft:
    """What somebody changes of their own account; None stays as it is."""

    name: str | None = None
    locale: str | None = None
    phone: str | None = None
    phone_shown: PhoneShown | None = None


PHONE_SHOWN_LABELS: dict[PhoneShown, Text] = {
    PhoneShown.NEVER: _("Nobody"),
    PhoneShown.TRANSFER: _("The other side of a transfer, once it is approved"),
    PhoneShown.MEMBERS: _("Everyone who logs in here"),
}


def clean_phone(text: str) -> str:
    """The number with its country, `+31655551234`; empty when nothing was typed. Refused when it cannot be called."""
    typed = clean(text, longest=TYPED_LENGTH_MAX, field="phone")
    digits = _SIGNS.sub("", _TRUNK.sub(r"\1", typed.replace(" ", "")))
    if not digits:
        if typed:
            raise Invalid(_("Fill in a phone number with ten digits, for example 06 12345678."), "phone")
        return ""
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    if digits.startswith("+31"):
        digits = f"0{digits[3:].removeprefix('0')}"
    if _NATIONAL.fullmatch(digits):
        return f"+31{digits[1:]}"
    if _ABROAD.fullmatch(digits):
        return digits
    if digits.startswith("0") and digits.isdigit():
        raise Invalid(
            _(
                "This phone number has %(length)s digits. A Dutch number has %(right)s.",
                length=len(digits),
                right=NATIONAL_DIGITS,
            ),
            "phone",
        )
    raise Invalid(_("Fill in a phone number with ten digits, for example 06 12345678."), "phone")


def check_phone_shown(phone: str, phone_shown: PhoneShown) -> None:
    """A number that is shown to others has to be there."""
    if not phone and phone_shown is not PhoneShown.NEVER:
        raise Invalid(_("Fill in the phone number that others may see, or choose “Nobody”."), "phone")


def phone_text(phone: str) -> str:
    """A number as people write it: `06 55551234`, `053 5551234`, a foreign one with its country."""
    if not phone.startswith("+31"):
        return phone
    national = f"0{phone[3:]}"
    area = 2 if national.startswith("06") else 3 if _AREA_OF_THREE.match(national) else 4
    return f"{national[:area]}\u00a0{national[area:]}"
