"""Links that prove themselves. An invitation or a reset is signed over its row's id and nonce: the row says whether it still works.
An answer or less mail is signed over all that it does, for one person."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeSerializer

from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.notices.rules.kinds import Notice

INVITATION = "invitation"
RESET = "reset"
ANSWER = "answer"
LESS_MAIL = "less-mail"
REPLY = "reply"
DEPOT_FEED = "depot-feed"
_NOT_OURS = _("This link is not complete. Copy the whole link from the email, or ask for a new one.")


class ActionLink(NamedTuple):
    """What one click in a mail would do. The person, the deed and the object, and until when the link may be used for it."""

    person_id: int
    word: str
    object_id: int
    expires_at: datetime


class LessMailLink(NamedTuple):
    """Whose mail becomes less, and of which kinds; none: of every kind that can be chosen."""

    person_id: int
    kinds: tuple[Notice, ...]


def sign(secret_key: str, purpose: str, row_id: int, nonce: str) -> str:
    """The part of a link that only this installation can make."""
    return str(_signer(secret_key, purpose).dumps([row_id, nonce]))


def read(secret_key: str, purpose: str, token: str) -> tuple[int, str]:
    """The row's id and nonce; refused when the link was not made here for this purpose."""
    try:
        row_id, nonce = _signer(secret_key, purpose).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise Missing(_NOT_OURS) from None
    return int(row_id), str(nonce)


def sign_action(secret_key: str, link: ActionLink, purpose: str = ANSWER) -> str:
    """The part of a link that only this installation can make: to one answer, or a reply."""
    until = int(link.expires_at.timestamp())
    return str(_signer(secret_key, purpose).dumps([link.person_id, link.word, link.object_id, until]))


def read_action(secret_key: str, token: str, purpose: str = ANSWER) -> ActionLink:
    """Read what the link would do; refused when it was not made here. Whether it has expired is for the caller to check."""
    try:
        person_id, word, object_id, until = _signer(secret_key, purpose).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise Missing(_NOT_OURS) from None
    return ActionLink(int(person_id), str(word), int(object_id), datetime.fromtimestamp(until, UTC))


def sign_less_mail(secret_key: str, person_id: int, kinds: Iterable[Notice]) -> str:
    """The part of a link to less mail. It works as long as the person is there: so does the mail."""
    return str(_signer(secret_key, LESS_MAIL).dumps([person_id, sorted({kind.value for kind in kinds})]))


def read_less_mail(secret_key: str, token: str) -> LessMailLink:
    """Whose mail becomes less; refused when the link was not made here. A kind that is no more is left out."""
    try:
        person_id, kinds = _signer(secret_key, LESS_MAIL).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise Missing(_NOT_OURS) from None
    return LessMailLink(int(person_id), tuple(Notice(kind) for kind in kinds if kind in set(Notice)))


def _signer(secret_key: str, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt=f"link-{purpose}")
