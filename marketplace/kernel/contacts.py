"""Phone numbers and mail addresses in what people write for everybody to read."""

import re
import unicodedata

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}")
_DAY = re.compile(r"(?<!\d)\d{1,2}([-/.])\d{1,2}\1(?:19|20)\d\d(?!\d)|(?<![-/.\d])\d{1,2}([-/.])\d{1,2}\2\d\d(?![-/.]?\d)")
_PHONE = re.compile(r"(?<![\w,.])(?:\+|0)\d(?:[ ()./–-]{0,3}\d){8,13}(?!\d)")


def has_contact_details(text: str) -> bool:
    """Whether a text holds a mail address or a phone number. A day, in figures, is none."""
    plain = unicodedata.normalize("NFKC", text)  # wide figures and signs, and the blank that does not break
    return bool(_EMAIL.search(plain) or _PHONE.search(_DAY.sub("", plain)))
