"""Links in mail, to the page in the reader's language. They start with BASE_URL, whatever host name a request used."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask

from config import Config
from marketplace.accounts.rules import links

PAGES = {
    links.INVITATION: "account.accept",
    links.RESET: "account.reset",
    links.ANSWER: "signed.answer",
    links.LESS_MAIL: "signed.less",
    links.REPLY: "signed.reply",
}
OBJECTS = {
    "reservation": ("reservations.show", "reservation_id"),
    "listing": ("catalogue.show_listing", "listing_id"),
    "advised": ("advice.show", "listing_id"),
    "demand": ("demands.show", "demand_id"),
    "listing_questions": ("talk.questions_about", "listing_id"),
    "demand_questions": ("talk.questions_about", "demand_id"),
    "factor_list": ("materials.show_list", "list_id"),
    "talk": ("talk.thread", "reservation_id"),
    "recall": ("recalls.show", "recall_id"),
    "lot": ("lots.show", "lot_id"),
    "arrivals": ("lots.list_coming", "depot_id"),
}


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

    def of(self, about: str, facts: Mapping[str, Any]) -> str | None:
        """The absolute address of what a notice is about; None where its facts do not say which one."""
        if about == "search":
            query = facts.get("query")
            return self.page("catalogue.list_listings") + (f"?{query}" if query else "")
        if about == "kept":
            return self.page("favourites.list_kept")
        if about == "joining":
            return self.page("admin.join_requests")
        if about == "password":
            return self.page("account.forgot")
        if about == "material_use":
            return self.page("reports.edit", year=int(facts["year"])) if facts.get("year") else None
        if about == "report":
            return self.page("reports.show", year=int(facts["year"]), slug=facts["slug"]) if facts.get("slug") else None
        if about == "requirements":
            return self.page("advice.list_requirements")
        if about == "clock":
            return self.page("admin.show_clock")
        if about not in OBJECTS:
            return None
        endpoint, name = OBJECTS[about]
        return self.page(endpoint, **{name: int(facts[name])}) if facts.get(name) else None
