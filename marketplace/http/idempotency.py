"""Writes that are sent twice but done once.

Keys of API clients (`Idempotency-Key`) and the hidden key of every form.

The key is claimed as the first write of the transaction, so on both databases a second request waits for the first and then reads
its answer. A refused write leaves no key behind.
"""

import hashlib
from typing import IO

from flask import Response, g, request

from marketplace.accounts.actions import idempotency as accounts
from marketplace.accounts.policy import Actor
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _

KEY_LENGTH_MAX = 200
FORM_FIELD = "idempotency_key"


class Replay(Exception):
    """The write was done before; this is the answer it got."""

    def __init__(self, response: Response) -> None:
        super().__init__("replayed")
        self.response = response


def _key() -> str | None:
    if request.method not in ("POST", "PATCH", "PUT"):
        return None
    header = request.headers.get("Idempotency-Key")
    if header is not None and request.path.startswith("/api/"):
        if not 0 < len(header) <= KEY_LENGTH_MAX:
            raise Invalid(
                _("The Idempotency-Key is empty or longer than 200 characters. Send a shorter one, for example a UUID.")
            )
        return header
    if not request.path.startswith("/api/"):
        return (request.form.get(FORM_FIELD) or None) if len(request.form.get(FORM_FIELD, "")) <= KEY_LENGTH_MAX else None
    return None


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    if request.path.startswith("/api/") and not request.files:
        digest.update(request.get_data(cache=True))
    else:
        for name, value in sorted(request.form.items(multi=True)):
            if name != "csrf_token":
                digest.update(f"{name}={value}\n".encode("utf-8", "surrogatepass"))
        for name, file in request.files.items(multi=True):
            digest.update(f"{name}={_digest_of_file(file.stream)}\n".encode())
    return digest.hexdigest()


def _digest_of_file(stream: IO[bytes]) -> str:
    """Hash a whole file, however much of it was read before; it is left where it stood."""
    position = stream.tell()
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    stream.seek(position)
    return digest


def claim(session: Session, actor: Actor) -> None:
    """Claim the request's key, or raise Replay with the stored answer. An API client that sends another body is refused."""
    key = _key()
    if key is None or actor.person_id is None:
        return
    fingerprint = _fingerprint()
    stored = accounts.claim_key(session, person_id=actor.person_id, key=key, fingerprint=fingerprint)
    if stored is None:
        g.idempotency_key = key
        return
    if stored.fingerprint != fingerprint:
        if request.path.startswith("/api/"):
            raise Invalid(_("This Idempotency-Key was used for another request. Send a new key."))
        return
    response = Response(stored.body or b"", status=stored.status or 200, content_type=stored.content_type)
    if stored.location:
        response.headers["Location"] = stored.location
    raise Replay(response)


def show_once(secret: str) -> str:
    """Keep a secret out of the answer that is stored.

    Whoever asks again under the same key gets the answer without it.
    """
    g.shown_once = secret
    return secret


def store(session: Session, response: Response) -> None:
    """Keep the answer beside the key, in the transaction of the write."""
    key = g.pop("idempotency_key", None)
    if key is None:
        return
    accounts.store_answer(
        session,
        person_id=g.actor.person_id,
        key=key,
        status=response.status_code,
        content_type=response.content_type,
        location=response.headers.get("Location"),
        body=response.get_data().replace(g.pop("shown_once", "").encode(), b""),
    )
