"""A client that looks at every page it fetches, so that each test of a page is also a test of its quality."""

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

LABELLED = {"input", "select", "textarea"}
WITHOUT_LABEL = {"hidden", "submit", "button", "image", "reset"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Outline(HTMLParser):
    """What can be said of a page without looking at it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.title = self.heading = ""
        self.headings = 0
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.open: list[str] = []
        self.is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag == "h1":
            self.headings += 1
        if tag == "html" and not given.get("lang"):
            self.faults.append("the page does not tell its language")
        if tag == "form" and not given.get("action"):
            self.faults.append("a form without an action")
        if tag == "img" and "alt" not in given:
            self.faults.append(f"a picture without alt: {given.get('src')}")
        if tag == "a" and not given.get("href"):
            self.faults.append("a link to nowhere")
        if tag == "label":
            self.labelled.add(given.get("for") or "")
        if tag in LABELLED and given.get("type") not in WITHOUT_LABEL and "label" not in self.open:
            self.fields.append(given)
        self.is_data = tag == "script" and given.get("type") == "application/ld+json"  # read by search engines, run by nobody
        if "style" in given or any(name.startswith("on") for name in given):
            self.faults.append(f"style or script inside <{tag}>, which the content security policy refuses")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title" and "svg" not in self.open:
            self.title += data
        if "h1" in self.open:
            self.heading += data
        if self.open and self.open[-1] in {"script", "style"} and data.strip() and not self.is_data:
            self.faults.append(f"<{self.open[-1]}> with its text on the page")


def faults(html: str) -> list[str]:
    """What is wrong with a page, in words."""
    page = Outline()
    page.feed(html)
    messages = list(page.faults)
    if not page.title.strip():
        messages.append("no title")
    if page.headings != 1:
        messages.append(f"{page.headings} first headings")
    elif " ".join(page.heading.split()) not in " ".join(page.title.split()):
        messages.append(f"the title {page.title.strip()!r} does not hold the heading {page.heading.strip()!r}")
    messages += [f"id {name!r} stands there twice" for name in sorted({name for name in page.ids if page.ids.count(name) > 1})]
    nameless = [
        field
        for field in page.fields
        if field.get("id") not in page.labelled and not {"aria-label", "aria-labelledby"} & set(field)
    ]
    messages += [f"a field without a label: {field.get('name')}" for field in nameless]
    if "None" in {word.strip(".,:") for word in page.heading.split()}:
        messages.append("a heading that says None")
    return messages


class LookingClient(FlaskClient):
    """Fails the test on a page with a fault."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data.lstrip()[:9].lower() == b"<!doctype":
            assert faults(response.get_data(as_text=True)) == [], response.request.path
        return response
