"""Passwords: Argon2id, and the list of those that are guessed first. No database: hashing takes a tenth of a second."""

import re
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from marketplace.accounts.rules.accounts import PASSWORD_LENGTH_MAX, check_password
from marketplace.kernel.files import SHIPPED

LIST_FILE = SHIPPED / "passwords.txt"
_REPEATED = re.compile(r"(.{1,6}?)\1+.{0,5}")
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")


def make_hasher() -> PasswordHasher:
    """As RFC 9106 wants it where memory is short: 64 MiB, three passes, four lanes."""
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


_hasher = make_hasher()


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password)[: 4 * PASSWORD_LENGTH_MAX].encode("utf-8", "surrogatepass")


def hash_password(password: str) -> str:
    """The Argon2id hash to store. Judges nothing: `check_new` does."""
    return _hasher.hash(_bytes(password))


def is_right(stored: str | None, password: str) -> bool:
    """Whether this is the password. Nobody's hash (None) takes as long and is never right."""
    try:
        matches = _hasher.verify(stored or _nobody(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_new(password: str, *, email: str) -> None:
    """Refuse a new password that is too short, guessed first, or the e-mail address."""
    check_password(unicodedata.normalize("NFC", password), email=email, is_common=is_common)


def is_common(password: str) -> bool:
    """Whether the password is common.

    It is on the list, a listed word with figures and signs around it, one short piece repeated, or a run of keys.
    """
    typed = password.lower()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", typed)
    if typed in _listed() or core in _listed() or len(set(typed)) < 5:
        return True
    return bool(_REPEATED.fullmatch(typed)) or any(typed in run or typed in run[::-1] for run in _RUNS)


@cache
def _listed() -> frozenset[str]:
    lines = LIST_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _nobody() -> str:
    return _hasher.hash(b"nobody's password")
