"""Who reads the exact point of a lot or a demand on its page: colleagues do; a partner, an adviser and the public do not."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.entries import append_entry
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.visitors import visit


@pytest.mark.parametrize(
    ("slug", "kind", "is_colleague"),
    [
        ("almelo", "municipality", True),
        ("regio-twente", "region", True),
        ("waterschap-vechtstromen", "partner", False),
        ("adviesbureau", "adviser", False),
    ],
)
def test_colleagues_read_exact_points_and_others_do_not(
    app: Flask, session: Session, slug: str, kind: str, *, is_colleague: bool
) -> None:
    seed_taxonomy(session)
    lot = make_listing(session, make_actor(session, "hengelo")).id
    demand = make_demand(session, make_actor(session, "borne")).id
    reader = visit(app, session, make_actor(session, slug, kind=kind))
    for path, point in ((f"/aanbod/{lot}", "52.26583, 6.79306"), (f"/gezocht/{demand}", "52.30136, 6.74820")):
        assert (point in reader.get(path).text) is is_colleague
        assert point not in app.test_client().get(path).text


def test_the_figures_say_to_whom_transport_is_counted_in_whole_kilometres(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    append_entry(session, "hengelo", "borne", mass_kg="148000", distance_km="5.123")
    partner, colleague = (
        visit(app, session, make_actor(session, slug, kind=kind))
        for slug, kind in (("waterschap-vechtstromen", "partner"), ("almelo", "municipality"))
    )
    sentence = "gemiddelde afstand in hele kilometers"
    assert sentence in partner.get("/cijfers").text and sentence in app.test_client().get("/cijfers").text
    assert sentence not in colleague.get("/cijfers").text
