"""Templates are put together once for each language, and say what they said when every sentence was asked for."""

from typing import Any

import pytest
from flask import Flask, session
from jinja2 import DictLoader, StrictUndefined, pass_eval_context
from jinja2.exceptions import UndefinedError
from jinja2.nodes import EvalContext
from markupsafe import Markup

from marketplace.http.request import Cookies
from marketplace.kernel.language import current_locale, reading_in
from marketplace.web.ui.templates import Pages

SENTENCES = {"Map": {"nl": "Kaart", "en": "Map"}, "Tea & cake": {"nl": "Thee & koek", "en": "Tea & cake"}}


def made(calls: list[str], **templates: str) -> Pages:
    app = Flask("bare")
    pages = Pages(app, loader=DictLoader({name.replace("_", "."): source for name, source in templates.items()}))
    pages.autoescape = lambda name: name is None or name.endswith(".html")

    @pass_eval_context
    def sentence(_context: EvalContext, message: str, /, **figures: object) -> Markup:
        calls.append(f"{message} {current_locale()}")
        return Markup(SENTENCES[message][current_locale()]) % figures

    def icon(name: str, *, extra: str = "") -> Markup:
        calls.append(name)
        if name == "gone":
            raise LookupError(name)
        return Markup(f"<svg>{name}{extra}</svg>")

    pages.globals.update({"_": sentence, "icon": icon})
    return pages


def drawn(pages: Pages, locale: str, name: str = "page.html", **values: Any) -> str:
    with reading_in(locale):
        return pages.get_template(name).render(**values)


def test_a_page_says_each_sentence_in_the_language_of_its_reader() -> None:
    calls: list[str] = []
    pages = made(
        calls, page_html='<b title="{{ _("Map") }}">{{ icon("pin", extra="x") }} {{ _("Map") }}</b> {{ who }} {{ _("Map") }}!'
    )
    assert drawn(pages, "nl", who="<i>") == '<b title="Kaart"><svg>pinx</svg> Kaart</b> &lt;i&gt; Kaart!'
    assert drawn(pages, "en", who="") == '<b title="Map"><svg>pinx</svg> Map</b>  Map!'


def test_a_sentence_is_asked_for_once_in_each_language_however_many_read() -> None:
    calls: list[str] = []
    pages = made(calls, page_html='{{ _("Map") }}{{ icon("pin") }}')
    for locale in ("nl", "en", "nl"):
        drawn(pages, locale)
    assert calls == ["Map nl", "Map en", "pin"]


@pytest.mark.parametrize(
    ("source", "dutch"),
    [
        ('{% macro button(label) %}<a>{{ label }}</a>{% endmacro %}{{ button(_("Map")) }}', "<a>Kaart</a>"),
        ('{% set word = _("Map") %}{% if word == "Kaart" %}{{ word }}{% endif %}', "Kaart"),
        ('{{ _("Tea & cake") }}', "Thee & koek"),  # a sentence is ours, and is not escaped
        ('{% for _word in "ab" %}{{ _("Map") }}{% endfor %}', "KaartKaart"),
        ('{% macro icon(name) %}[{{ name }}]{% endmacro %}{{ icon("pin") }}', "[pin]"),
        ('{% from "part.html" import mark as icon %}{{ icon("pin") }}', "(pin)"),
        ('{% import "part.html" as icon %}{{ icon.mark("pin") }}', "(pin)"),
        ('{% set icon = who %}{{ icon("pin") }}', "PIN"),
        ('{% if false %}{{ icon("gone") }}{% endif %}there', "there"),
        ("{{ '<' }}{{ _('Map') }}", "&lt;Kaart"),
    ],
)
def test_a_sentence_may_stand_anywhere(source: str, dutch: str) -> None:
    part = "{% macro mark(name) %}({{ name }}){% endmacro %}"
    assert drawn(made([], page_html=source, part_html=part), "nl", who=str.upper) == dutch


def test_an_icon_that_does_not_exist_is_a_mistake_where_it_is_drawn() -> None:
    with pytest.raises(LookupError):
        drawn(made([], page_html='{{ icon("gone") }}'), "nl")


def test_a_letter_in_plain_text_is_left_as_it_is() -> None:
    calls: list[str] = []
    pages = made(calls, letter_txt='{{ _("Tea & cake") }} <{{ who }}>')
    assert drawn(pages, "nl", "letter.txt", who="&") == "Thee & koek <&>"
    assert drawn(pages, "en", "letter.txt", who="&") == "Tea & cake <&>"
    assert calls == ["Tea & cake nl", "Tea & cake en"]


def test_names_of_one_template_stay_its_own() -> None:
    pages = made(
        [], page_html='{% import "part.html" as part %}{{ part.word() }}', part_html="{% macro word() %}{{ own }}{% endmacro %}"
    )
    pages.undefined = StrictUndefined
    with pytest.raises(UndefinedError, match="own"):
        drawn(pages, "nl", own="a value of the page")
    assert pages.make_globals({"own": "x"})["own"] == "x"
    assert "own" not in pages.globals


def test_a_cookie_is_read_with_the_key_that_the_application_has_now() -> None:
    app = Flask("bare")
    app.session_interface = Cookies()
    app.secret_key = "first"
    app.add_url_rule("/", "count", lambda: str(session.setdefault("seen", 0)))
    app.add_url_rule("/set", "set", lambda: session.update(seen=7) or "")
    client = app.test_client()
    client.get("/set")
    assert client.get("/").text == "7"
    app.secret_key = "second"
    assert client.get("/").text == "0"
