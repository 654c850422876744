"""A page offers a way on only to whoever may go there."""

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from tests.factories import make_actor, seed_taxonomy
from tests.visitors import visit

ROLES = [
    ("borne", "project_leader", {}),
    ("borne", "coordinator", {}),
    ("sloper-bv", "coordinator", {"kind": "partner"}),
    ("omgevingsdienst", "project_leader", {"kind": "adviser"}),
    ("regio-twente", "coordinator", {}),
    ("regio-twente", "reviewer", {}),
    ("regio-twente", "admin", {}),
]
EMPTY = (
    "/aanbod?q=zeppelin",
    "/aanbod?q=zeppelin&weergave=kaart",
    "/gezocht?q=zeppelin",
    "/gezocht",
    "/reserveringen",
    "/beheer",
)
LINKS = re.compile(r'<a\b[^>]*href="(/[^"#]*)')


@pytest.mark.parametrize(("slug", "role", "more"), ROLES)
@pytest.mark.slow
def test_what_a_page_without_results_offers_may_be_opened(
    app: Flask, session: Session, slug: str, role: str, more: dict[str, str]
) -> None:
    seed_region(session)
    seed_taxonomy(session)
    reader = visit(app, session, make_actor(session, slug, role, **more))
    pages = [page for page in map(reader.get, EMPTY) if page.status_code == 200]
    offered = {unescape(link) for page in pages for link in LINKS.findall(page.text)}
    closed = {link for link in offered if reader.get(link, follow_redirects=True).status_code >= 400}
    assert len(offered) > 20
    assert closed == set()


def test_a_visitor_who_finds_nothing_is_told_of_a_demand_and_logs_in_first(app: Flask, session: Session) -> None:
    seed_region(session)
    seed_taxonomy(session)
    page = app.test_client().get("/aanbod?q=zeppelin").text
    assert "of plaats een vraag" in page and 'href="/gezocht/nieuw?title=zeppelin"' in page
    reviewer = visit(app, session, make_actor(session, "regio-twente", "reviewer"))
    page = reviewer.get("/aanbod?q=zeppelin").text
    assert "plaats een vraag" not in page and "Kies minder." in page
