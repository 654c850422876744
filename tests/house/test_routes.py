"""Rules about doors: every address is listed, has a declared permission and typed parts, and every template is somebody's page."""

import re
from inspect import unwrap
from typing import Any

from flask import Flask

from config import PROJECT
from tests.house.source import PACKAGE, TEMPLATES, name_of

LIST = PROJECT / "tests" / "house" / "routes.txt"
WITHOUT_A_VIEW = {"macros", "errors", "mail"}


def view_of(app: Flask, endpoint: str) -> Any:
    return app.view_functions[endpoint]


def permission_of(app: Flask, endpoint: str, method: str) -> str:
    """What the view declares, also where each method is declared by itself; empty when it declares nothing."""
    view = view_of(app, endpoint)
    handler = getattr(getattr(view, "view_class", None), method.lower(), None)
    declared = getattr(view, "permission", None) or getattr(handler, "permission", None)
    return str(declared or "")


def lines(app: Flask) -> list[str]:
    """One line per address and method: what is asked, where it is answered, what it needs."""
    return sorted(
        f"{rule.rule} {method} {rule.endpoint} {permission_of(app, rule.endpoint, method)}".rstrip()
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def test_every_route_is_listed(app: Flask) -> None:
    listed, actual = set(LIST.read_text(encoding="utf-8").splitlines()), set(lines(app))
    changes = [f"+{line}" for line in sorted(actual - listed)] + [f"-{line}" for line in sorted(listed - actual)]
    assert not changes, "routes.txt differs:\n" + "\n".join(changes)


def test_every_route_declares_what_it_needs(app: Flask) -> None:
    undeclared = [
        f"{rule.rule} {method}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not permission_of(app, rule.endpoint, method)
    ]
    assert undeclared == []


def test_every_view_says_what_it_answers(app: Flask) -> None:
    answers = {endpoint: unwrap(view).__annotations__.get("return") for endpoint, view in app.view_functions.items()}
    assert [endpoint for endpoint, answer in answers.items() if answer in (None, Any, "Any")] == []


def test_a_session_and_a_row_have_their_type_at_every_door() -> None:
    sources = [path for door in ("api", "http", "web") for path in (PACKAGE / door).rglob("*.py")]
    untyped = re.compile(r"\b(session|listing|demand|reservation|sketch|person|photo|depot|organisation): Any\b")
    assert [name_of(path) for path in sources if untyped.search(path.read_text(encoding="utf-8"))] == []


def test_no_route_ends_in_a_slash_or_takes_an_untyped_number(app: Flask) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    assert [rule for rule in rules if rule != "/" and rule.endswith("/")] == []
    assert [rule for rule in rules if re.search(r"<(\w*_)?(id|number|year|page)>", rule)] == []


def test_every_template_is_the_page_of_a_view_or_a_part_of_one(app: Flask) -> None:
    views = {endpoint.replace(".", "/") for endpoint in app.view_functions}
    lost = []
    for path in sorted(TEMPLATES.rglob("*.*")):
        area, _slash, name = name_of(path).removeprefix("templates/").rpartition("/")
        if not area or area.split("/")[0] in WITHOUT_A_VIEW or name.startswith("_"):
            continue
        if re.sub(r"_[0-9]+$", "", f"{area}/{name.split('.')[0]}") not in views:
            lost.append(f"{area}/{name}")
    assert lost == []
