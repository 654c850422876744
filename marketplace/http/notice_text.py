"""A notice as a page or the API shows it. Its sentence in the reader's language, and the address of what it is about."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from marketplace.http.written import Written
from marketplace.kernel.language import Text
from marketplace.notices.models import NoticeRow
from marketplace.notices.rules.kinds import Notice
from marketplace.notices.rules.wording import WORDINGS, line, readable_facts

OBJECTS = {
    "reservation": ("reservations.show", "reservation_id"),
    "listing": ("catalogue.show_listing", "listing_id"),
    "advised": ("advice.show", "listing_id"),
    "demand": ("demands.show", "demand_id"),
    "listing_questions": ("talk.questions_about", "listing_id"),
    "demand_questions": ("talk.questions_about", "demand_id"),
    "talk": ("talk.thread", "reservation_id"),
    "recall": ("recalls.show", "recall_id"),
    "lot": ("lots.show", "lot_id"),
    "arrivals": ("lots.list_coming", "depot_id"),
}


def sentence_of(notice: NoticeRow) -> Text:
    """What it says, in one line."""
    return line(Notice(notice.kind), readable_facts(notice.facts, Written))


def address_of(about: str, facts: Mapping[str, Any]) -> str | None:
    """The page of what a notice or an answer is about; None where there is no such page."""
    if about == "search":
        query = facts.get("query")
        return url_for("catalogue.list_listings") + (f"?{query}" if query else "")
    if about == "kept":
        return url_for("favourites.list_kept")
    if about == "joining":
        return url_for("admin.join_requests")
    if about == "password":
        return url_for("account.show")
    if about == "material_use":
        return url_for("reports.edit", year=int(facts["year"])) if facts.get("year") else None
    if about == "report":
        return url_for("reports.show", year=int(facts["year"]), slug=facts["slug"]) if facts.get("slug") else None
    if about == "requirements":
        return url_for("advice.list_requirements")
    if about == "clock":
        return url_for("admin.show_clock")
    if about not in OBJECTS:
        return None
    endpoint, name = OBJECTS[about]
    number: dict[str, Any] = {name: facts.get(name)}
    return url_for(endpoint, **number) if facts.get(name) else None


def page_of(notice: NoticeRow) -> str | None:
    """The page that a notice leads to: the first thing that it is about."""
    places = (address_of(about, notice.facts) for about, _label in WORDINGS[Notice(notice.kind)].links)
    return next((place for place in places if place), None)
