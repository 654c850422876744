"""A client that looks at every page it fetches, so that each test of a page is also a test of its quality."""

from typing import Any

from flask.testing import FlaskClient
from lxml.etree import XPath
from lxml.html import document_fromstring
from werkzeug.test import TestResponse

WITHOUT_LABEL = {"hidden", "submit", "button", "image", "reset"}
TITLE, HEADINGS, IDS, LABELLED = XPath("//title[not(ancestor::svg)]"), XPath("//h1"), XPath("//@id"), XPath("//label/@for")
FIELDS = XPath("(//input | //select | //textarea)[not(ancestor::label or @aria-label or @aria-labelledby)]")
FAULTS = {
    "a form without an action": XPath("//form[not(string(@action))]"),
    "a picture without alt": XPath("//img[not(@alt)]"),
    "a link to nowhere": XPath("//a[not(string(@href))]"),
    "style or script inside a tag, which the content security policy refuses": XPath(
        "//*[@style or @*[starts-with(name(), 'on')]]"
    ),
    "its text on the page": XPath(
        "//style[normalize-space()] | //script[normalize-space() and not(@type = 'application/ld+json')]"
    ),
}


def faults(html: str) -> list[str]:
    """What is wrong with a page, in words."""
    page = document_fromstring(html)
    messages = [
        f"<{element.tag} {dict(element.attrib)}>: {fault}" for fault, elements in FAULTS.items() for element in elements(page)
    ]
    if not page.get("lang"):
        messages.append("the page does not tell its language")
    title, headings = (["".join(element.itertext()) for element in find(page)] for find in (TITLE, HEADINGS))
    if not "".join(title).strip():
        messages.append("no title")
    if len(headings) != 1:
        messages.append(f"{len(headings)} first headings")
    elif " ".join(headings[0].split()) not in " ".join("".join(title).split()):
        messages.append(f"the title {title} does not hold the heading {headings}")
    if "None" in {word.strip(".,:") for word in " ".join(headings).split()}:
        messages.append("a heading that says None")
    ids, labelled = IDS(page), set(LABELLED(page))
    messages += [f"id {name!r} stands there twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    return messages + [
        f"a field without a label: {field.get('name')}"
        for field in FIELDS(page)
        if field.get("type") not in WITHOUT_LABEL and field.get("id") not in labelled
    ]


class LookingClient(FlaskClient):
    """Fails the test on a page with a fault."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data.lstrip()[:9].lower() == b"<!doctype":
            assert faults(response.get_data(as_text=True)) == [], response.request.path
        return response
