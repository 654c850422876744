"""Rules about English: how a docstring opens, no bare "who" for a person, and ordinary names."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.nodes import Name

from config import PROJECT
from tests.house.source import PACKAGE, TEMPLATES, name_of, nodes_of

MOST_CHARACTERS = 90
DOCUMENTS = [PROJECT / "README.md", *(PROJECT / "docs" / f"{name}.md" for name in ("domain", "contributing", "operations"))]
BARE_WHO = re.compile(r"\b(?:for|to|by|of|from|with|than|but) who\b|(?:^|[.:;] )Who (?!is\b|was\b|has\b)\w+s\b(?![^.]*\?)")
POETIC = re.compile(
    r"_*(?:acquaint|glances?|glimpses?|let_go|lay_down|found_\w+|founders|hold_still|end_in_vain|settle_in|pass_on|forgive"
    r"|keep_nowhere|proves_itself|until_changed|consider_told|\w*MatchTold|tell_the_past|told|found|known|right)"
)

# What is said, found or kept has a name of its own. These are no names of variables.
NAMELESS = {"one", "found", "known", "told", "said", "asked", "kept", "right", "shown", "spoken", "heard"}
PROMISED = {  # outside: as columns, in stored JSON, in answers of the API
    "exchange/models.py": {"asked", "kept"},
    "memos/models.py": {"found"},
    "memos/rules/record.py": {"said"},
    "stock/models.py": {"told"},
    "stock/actions/offering.py": {"told"},
    "imports/queries/raw.py": {"known"},
    "api/shapes/imports.py": {"known"},
    "api/shapes/lot.py": {"told"},
    "api/shapes/memo.py": {"said"},
    "api/shapes/plan_outcomes.py": {"kept"},
    "api/shapes/reservation.py": {"asked", "kept"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def documented(path: Path) -> Iterator[tuple[str, str]]:
    """Every docstring of a module, with the name of what it describes."""
    for node in nodes_of(path):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "name", "module"), text


def first_sentence(docstring: str) -> str:
    paragraph = " ".join(docstring.split("\n\n", maxsplit=1)[0].split())
    return re.split(r"(?<=[.?!])\s", paragraph, maxsplit=1)[0]


def written() -> Iterator[tuple[str, str]]:
    """English that we write, with its place: docstrings, comments, templates, documents and the sentences on screens."""
    for path in modules():
        for name, text in documented(path):
            yield f"{name_of(path)}:{name}", " ".join(text.split())
        with path.open("rb") as file:
            for token in tokenize.tokenize(file.readline):
                if token.type == tokenize.COMMENT:
                    yield f"{name_of(path)}:{token.start[0]}", token.string.lstrip("# ")
        for node in nodes_of(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{name_of(path)}:{node.lineno}", node.value
    for path in sorted([*TEMPLATES.rglob("*.*"), *DOCUMENTS]):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{name_of(path)}:{number}", line
    for path in sorted((PACKAGE / "translations").rglob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                for sentence in [message.id] if isinstance(message.id, str) else message.id:
                    yield name_of(path), sentence


def test_a_docstring_opens_with_one_short_sentence() -> None:
    long = {
        f"{name_of(path)}:{name}": f"{len(first)}: {first}"
        for path in modules()
        for name, text in documented(path)
        if len(first := first_sentence(text)) > MOST_CHARACTERS
    }
    assert not long, f"say it in {MOST_CHARACTERS} characters, then the rest:\n" + "\n".join(map(" ".join, long.items()))


@pytest.mark.slow
def test_a_person_is_whoever_and_never_a_bare_who() -> None:
    bare = {place: text for place, text in written() if BARE_WHO.search(text)}
    assert not bare, "whoever, people who, the person who:\n" + "\n".join(map(": ".join, bare.items()))


def test_names_are_ordinary_words() -> None:
    poetic = {
        f"{name_of(path)}:{node.lineno}": node.name
        for path in modules()
        for node in nodes_of(path)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and POETIC.fullmatch(node.name)
    }
    assert poetic == {}
    assert [name_of(path) for path in modules() if POETIC.fullmatch(path.stem)] == []


def bound(path: Path) -> Iterator[tuple[int, str]]:
    """Every name that a module binds: variables, parameters, attributes."""
    for node in nodes_of(path):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name


@pytest.mark.slow
def test_variables_say_what_they_hold() -> None:
    nameless = {
        f"{name_of(path)}:{line}": name
        for path in [*modules(), *sorted((PROJECT / "tests").rglob("*.py"))]
        for line, name in bound(path)
        if name in NAMELESS - PROMISED.get(name_of(path).removeprefix("marketplace/"), set())
    }
    assert nameless == {}


@pytest.mark.slow
def test_variables_of_templates_say_what_they_hold() -> None:
    """Of loops, macros and the context alike. What a sentence names by `trans` is of the sentence, and so no variable."""
    jinja = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    nameless = {
        f"{name_of(path)}:{variable.lineno}": variable.name
        for path in sorted(TEMPLATES.rglob("*.*"))
        for variable in jinja.parse(path.read_text(encoding="utf-8")).find_all(Name)
        if variable.name in NAMELESS
    }
    assert nameless == {}


def test_a_name_that_is_promised_outside_is_still_there() -> None:
    """So that no exception outlives its reason."""
    there = {place: names & {name for _line, name in bound(PACKAGE / place)} for place, names in PROMISED.items()}
    assert there == PROMISED


def test_no_sentence_stands_inside_a_formatted_string() -> None:
    """Up to Python 3.11 nothing collects it there, so it stays English for ever."""
    inside = [
        f"{name_of(path)}:{call.lineno}"
        for path in PACKAGE.rglob("*.py")
        for text in nodes_of(path)
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"_", "gettext", "ngettext"}
    ]
    assert inside == []
