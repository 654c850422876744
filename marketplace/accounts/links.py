"""Links that prove themselves: an invitation or a reset, signed over its row's id and nonce. The row says whether it still works."""

from itsdangerous import BadSignature, URLSafeSerializer

from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _

INVITATION = "invitation"
RESET = "reset"


def sign(secret_key: str, purpose: str, row_id: int, nonce: str) -> str:
    """The part of a link that only this installation can make."""
    return str(URLSafeSerializer(secret_key, salt=f"link-{purpose}").dumps([row_id, nonce]))


def read(secret_key: str, purpose: str, token: str) -> tuple[int, str]:
    """The row's id and nonce; refused when the link was not made here for this purpose."""
    try:
        row_id, nonce = URLSafeSerializer(secret_key, salt=f"link-{purpose}").loads(token)
    except (BadSignature, ValueError, TypeError):
        raise Missing(_("This link is not complete. Copy the whole link from the mail, or ask for a new one.")) from None
    return int(row_id), str(nonce)
