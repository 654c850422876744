"""Every client of the tests looks at the pages that it fetches; here is what it must not pass over."""

import pytest

from tests.pages import faults

GOOD = (
    '<!doctype html><html lang="nl"><head><title>Aanbod · Materialenbank</title><script type="application/ld+json">{"a": 1}</script></head>'
    '<body><h1>Aanbod</h1><svg><title>Keien</title></svg><a href="/">Thuis</a><img src="/a.webp" alt=""><form action="/zoek">'
    '<label for="q">Zoek</label><input id="q" name="q"><label>Soort <select name="kind"></select></label><input type="hidden" name="t">'
    '<textarea name="why" aria-label="Waarom"></textarea><button type="submit">Zoek</button></form></body></html>'
)


def test_a_page_without_a_fault_has_none() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("part", "instead", "fault"),
    [
        (' lang="nl"', "", "does not tell its language"),
        ("<title>Aanbod · Materialenbank</title>", "", "no title"),
        ("Aanbod · Materialenbank", "Vraag · Materialenbank", "does not hold the heading"),
        ("<h1>Aanbod</h1>", "", "0 first headings"),
        ("<h1>Aanbod</h1>", "<h1>Aanbod</h1><h1>Aanbod</h1>", "2 first headings"),
        ("<h1>Aanbod</h1>", "<h1>Aanbod <b>None</b></h1>", "a heading that says None"),
        ('<a href="/">', "<a>", "a link to nowhere"),
        ('<a href="/">', '<a href="/" id="q">', "id 'q' stands there twice"),
        ('<a href="/">', '<a href="/" style="top: 0">', "content security policy"),
        ('<a href="/">', '<a href="/" onclick="go()">', "content security policy"),
        (' alt=""', "", "a picture without alt"),
        (' action="/zoek"', "", "a form without an action"),
        (' for="q"', "", "a field without a label: q"),
        (' aria-label="Waarom"', "", "a field without a label: why"),
        ("<label>Soort <select", "<label>Soort</label><p><select", "a field without a label: kind"),
        ("</body>", "<script>go()</script></body>", "its text on the page"),
        ("</head>", "<style>a {}</style></head>", "its text on the page"),
    ],
)
def test_a_fault_is_told(part: str, instead: str, fault: str) -> None:
    assert part in GOOD
    assert fault in " ".join(faults(GOOD.replace(part, instead, 1)))
