"""Who asks: a browser with a session cookie, or an API client with a bearer token."""

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.kernel.db import Database


def identify(database: Database, *, request_id: str, through_api: bool, locale: str) -> Actor:
    """The actor of this request; anonymous without a valid cookie or token."""
    return ANONYMOUS
