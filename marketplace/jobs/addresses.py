"""Links in mail: they start with BASE_URL, whatever a request called us, and lead to the page in the reader's language."""

from typing import cast
from urllib.parse import urlsplit

from flask import Flask

from config import Config
from marketplace.accounts import links

PAGES = {links.INVITATION: "account.accept", links.RESET: "account.reset"}


class Addresses:
    """The addresses of pages, in one language."""

    def __init__(self, app: Flask, locale: str) -> None:
        base = urlsplit(cast(Config, app.extensions["settings"]).base_url)
        root = base.path.rstrip("/") + ("/en" if locale == "en" else "")
        self._bound = app.url_map.bind(base.netloc, script_name=root or "/", url_scheme=base.scheme)

    def page(self, endpoint: str, **values: object) -> str:
        """The absolute address of a page."""
        return self._bound.build(endpoint, values, force_external=True)

    def signed(self, purpose: str, token: str) -> str:
        """The absolute address of a link that proves itself."""
        return self.page(PAGES[purpose], token=token)
