"""What stands around every page: the navigation, the other language, the footer. Templates read it as `frame`.

A link is shown only when this installation answers its address, so that a page that does not exist yet is never promised.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import urlencode

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.utils import get_current_url

from marketplace.accounts.policy import Actor, Can, may
from marketplace.accounts.queries.inbox import COUNTED_MOST, count_unread
from marketplace.http import identity
from marketplace.http.request import current_actor, database
from marketplace.kernel import clock
from marketplace.kernel.db import is_unavailable
from marketplace.kernel.language import DEFAULT_LOCALE, LOCALES, Text, _, current_locale
from marketplace.web.ui.search_address import in_any_language

NAVIGATION = (("/aanbod", _("On offer")), ("/gezocht", _("Wanted")), ("/cijfers", _("Figures")), ("/doelen", _("Goals")))
INBOX = "/berichten"
PASSPORTS = ("/paspoorten", _("Passports"))
FOR_MEMBERS = (("/werk", _("My work")), (INBOX, _("Inbox")))
FOR_BROKERS = (("/makelaar", _("Broker")),)
FOR_REVIEWERS = (("/verslagen", _("Reports")),)
FOR_CARETAKERS = (("/beheer", _("Admin")),)
FOOTER = (
    ("/depots", _("Depots")),
    PASSPORTS,
    ("/hulp", _("Help")),
    ("/toegankelijkheid", _("Accessibility")),
    ("/privacy", _("Privacy")),
    ("/open-data", _("Open data and API")),
    ("/api/v1/docs", _("Open data and API")),
    ("/contact", _("Contact")),
)
NAMES_KEPT = 64  # of this site
LANGUAGES = {"nl": "Nederlands", "en": "English"}


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the frame. `current` is `page` for this very page, `true` for one that lies under it, else None."""

    href: str
    label: Text | str
    current: str | None = None
    locale: str = ""
    count: str = ""


class Frame:
    """The frame of one page, worked out when a template asks for it."""

    @property
    def locale(self) -> str:
        """The language of the page."""
        return current_locale()

    @property
    def actor(self) -> Actor:
        """Get the actor."""
        return current_actor()

    @cached_property
    def navigation(self) -> list[Link]:
        """List the main pages that exist here; work only for signed-in readers."""
        caretaker = self.actor.is_member and may(self.actor, Can.MANAGE_PEOPLE)
        brokers = FOR_BROKERS if may(self.actor, Can.BROKER) else ()
        members = FOR_MEMBERS if self.actor.is_member else ()
        reviewers = FOR_REVIEWERS if may(self.actor, Can.ASK_FOR_REPORT) else ()
        owners = (PASSPORTS,) if may(self.actor, Can.READ_ASSET) else ()
        wanted = (*NAVIGATION, *owners, *reviewers, *members, *brokers, *(FOR_CARETAKERS if caretaker else ()))
        root = here("")
        return [
            Link(root + path, label, self._current(path), count=self.unread if path == INBOX else "")
            for path, label in wanted
            if exists(path)
        ]

    @cached_property
    def unread(self) -> str:
        """Count the messages that somebody has not read. Empty when there are none, or when a busy database cannot say."""
        try:
            with database().read() as reading:
                number = count_unread(reading, self.actor)
        except Exception as error:
            if not is_unavailable(error):
                raise
            number = 0
        return f"{COUNTED_MOST - 1}+" if number >= COUNTED_MOST else str(number or "")

    @cached_property
    def footer(self) -> list[Link]:
        """The pages about the site itself that exist here; each name once."""
        root = here("")
        result = {str(label): Link(root + path, label) for path, label in reversed(FOOTER) if exists(path)}
        return list(reversed(result.values()))

    @cached_property
    def languages(self) -> list[Link]:
        """This same page in the other languages."""
        return [Link(in_locale(item), LANGUAGES[item], locale=item) for item in LOCALES if item != current_locale()]

    @cached_property
    def alternates(self) -> list[Link]:
        """The address of this page in every language, absolute, without what was searched for."""
        return [Link(site() + in_locale(item, query=False), LANGUAGES[item], locale=item) for item in LOCALES]

    @cached_property
    def canonical(self) -> str:
        """The one address of this page in this language."""
        return site() + in_locale(current_locale(), query=False)

    @property
    def session_ends_in_s(self) -> int | None:
        """Count the seconds until this browser is logged out if nothing is asked. None for a visitor who is not signed in."""
        ends_at = identity.session_ends_at()
        return None if ends_at is None else int((ends_at - clock.now()).total_seconds())

    @property
    def writer(self) -> str:
        """Mark whose lots this device may send. Empty for somebody who cannot offer any."""
        return identity.mark_of(self.actor.person_id or 0) if may(self.actor, Can.OFFER) else ""

    @property
    def home(self) -> str:
        """The start page in this language."""
        return here("/")

    @property
    def is_home(self) -> bool:
        """Whether this is the start page."""
        return request.path == "/"

    def url(self, path: str) -> str | None:
        """Give the address of a page of this site by its path, in this language. None where it does not exist here."""
        return here(path) if exists(path) else None

    def _current(self, path: str) -> str | None:
        return "page" if request.path == path else "true" if request.path.startswith(f"{path}/") else None


def site() -> str:
    """The site by the name it was asked by, without a slash at the end."""
    return _site(request.scheme, request.host)


@lru_cache(maxsize=NAMES_KEPT)
def _site(scheme: str, host: str) -> str:
    return get_current_url(scheme, host).rstrip("/")


def here(path: str) -> str:
    """A path in the language of this page."""
    return request.script_root + path


def in_locale(locale: str, *, query: bool = True) -> str:
    """The address of this page in a language, with what was asked for as that language reads it."""
    root = request.script_root.removesuffix(f"/{current_locale()}") if current_locale() != DEFAULT_LOCALE else request.script_root
    pairs = [(key, in_any_language(key, value, locale)) for key, value in request.args.items(multi=True)] if query else []
    requested = f"?{urlencode(pairs)}" if pairs else ""
    return f"{root}{'' if locale == DEFAULT_LOCALE else f'/{locale}'}{request.path}{requested}"


def exists(path: str) -> bool:
    """Whether a page answers a GET at this address."""
    existing: dict[str, bool] = current_app.extensions.setdefault("frame", {})
    if path not in existing:
        try:
            current_app.url_map.bind("").match(path, method="GET")
            existing[path] = True
        except HTTPException:
            existing[path] = False
    return existing[path]


def can(what: str, subject: object = None) -> bool:
    """Whether who looks may do this: only to leave a button out, the verb asks again. `can("listing:edit", listing)`."""
    return may(current_actor(), Can(what), subject)


def register(app: Flask) -> None:
    """Give every template its frame."""
    app.context_processor(lambda: {"frame": Frame(), "can": can})
