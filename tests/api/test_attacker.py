"""Whoever asks everything gets the same bytes wherever in their public cells 200 lots and 200 demands lie: as a partner and as nobody."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, may
from marketplace.catalogue.actions.saved_searches import notify_saved_search, save_search
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.geo import Point
from marketplace.notices.models import NoticeRow
from marketplace.places.queries.gazetteer import PlaceFinder
from tests.conftest import forget
from tests.factories import make_actor, make_token, seed_taxonomy
from tests.house.test_sweep import needs
from tests.rooms.test_places import FEW, Region, at, region_of
from tests.visitors import visit

EACH = 200
HERE = ("52.31,6.71", "52.262,6.793", "52.2,6.95")
BOXES = ("6.7,52.2,6.9,52.3", "6.775,52.25,6.81,52.271")
FROM_HERE = {
    "api.get_listing": f"near={HERE[1]}",
    "api.list_demand_matches": "page=2&pageSize=100",
    "api.list_listing_matches": "page=2&pageSize=100",
    "catalogue.show_listing": "place=Borne",
    "reservations.create": "quantity=10",
}
WITHOUT_PLACES = {"api.docs", "api.openapi", "site.house_style", "static"}
DIFFERS = re.compile(
    rb'nonce="[^"]*"|name="csrf_token"[^>]*>|name="form"[^>]*>|name="idempotency_key"[^>]*>|"requestId": ?"[^"]*"|"token":"[^"]*"'
)


def questions() -> list[str]:
    """Every parameter that moves a point or a distance."""
    api = [
        f"/api/v1/{what}?near={here}&radiusKm={km}&pageSize=100"
        for what in ("listings", "demands")
        for here in HERE
        for km in ("2.003", "9.9991")
    ]
    ordered = [f"{api[3]}&sort={sort}&page={page}" for sort in ("distance", "newest") for page in (1, 2)]
    web = [f"/aanbod?place=Borne&radiusKm={km}&page={page}" for km in (2, 25) for page in (1, 3)]
    maps = [f"/aanbod/kaart.json?bbox={box}&zoom={zoom}" for box in BOXES for zoom in (9, 14)]
    feeds = ["/aanbod.atom?place=Borne&radiusKm=5", "/aanbod.atom?page=2", "/api/v1/demands?place=Borne&radiusKm=5"]
    return [*api, *ordered, *web, *maps, *feeds]


def paths(app: Flask, region: Region, reservation_id: int) -> list[tuple[str, bool]]:
    """Every address that is read and whether anybody may: of another's lot and demand, and of the partner's own."""
    addresses = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint in WITHOUT_PLACES or "token>" in rule.rule:
            continue
        is_public = may(ANONYMOUS, needs(app, rule.endpoint, "GET"))
        for listing_id, demand_id in ((1, 1), (region.lot.id, region.demand.id)):
            path = rule.rule.replace("<int:listing_id>", str(listing_id)).replace("<int:demand_id>", str(demand_id))
            path = path.replace("<int:reservation_id>", str(reservation_id)).replace("<int:year>", "2025")
            addresses.append((re.sub(r"<[^>]*>", "1", path), is_public))
            if rule.endpoint in FROM_HERE:
                addresses.append((f"{path}?{FROM_HERE[rule.endpoint]}", is_public))
    return list(dict.fromkeys([*addresses, *((question, True) for question in questions())]))


@pytest.mark.slow
def test_every_answer_is_the_same_wherever_in_their_cells_two_hundred_lots_and_demands_lie(app: Flask, session: Session) -> None:
    """By every address that is read, with a token, in a browser and as nobody: status, bytes and ETag. What the clock tells too."""
    with clock.frozen(datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)):
        seed_taxonomy(session)
        hengelo, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
        partner = make_actor(session, "waterschap-vechtstromen", "coordinator", kind="partner")
        region = region_of(session, hengelo, borne, partner, each=EACH)
        reservation = reserve(session, partner, listing_id=1, draft=ReservationDraft(FEW, location=at(Point(52.31, 6.71))))
        reserve(session, borne, listing_id=1, draft=ReservationDraft(FEW))
        with clock.frozen(clock.now() - timedelta(days=1)):
            saved = save_search(session, partner, name="Dichtbij", query="place=Borne&radiusKm=7")
        token = {"Authorization": f"Bearer {make_token(session, partner)}"}
        browser = visit(app, session, partner)
        assert browser.get("/api/v1/me", headers=token).status_code == 200  # the page of tokens says when each was used last
        asking = paths(app, region, reservation.id)

        def answers() -> dict[tuple[str, str], tuple[int, bytes, str | None]]:
            forget(app)
            nobody = app.test_client()
            responses = {("nobody", path): nobody.get(path) for path, is_public in asking if is_public}
            for path, _is_public in asking:
                asks = token if path.startswith("/api/") else {}
                responses["the partner", path] = (nobody if asks else browser).get(path, headers=asks)
            return {
                key: (response.status_code, DIFFERS.sub(b"", response.data), response.headers.get("ETag"))
                for key, response in responses.items()
            }

        def told() -> list[object]:
            """What the saved search finds, which is then as if it had not looked."""
            with clock.frozen(clock.now() + timedelta(days=2)):
                assert notify_saved_search(session, search_id=saved.id, find=PlaceFinder("").find)
                facts: list[object] = list(session.scalars(select(NoticeRow.facts).where(NoticeRow.kind == "saved_search")))
            session.rollback()
            return facts

        before, news = answers(), told()
        assert sum(status == 200 for status, _body, _tag in before.values()) > len(before) / 2
        assert len(news) == 1
        region.moved()
        session.commit()
        after = answers()
        assert {key: (value, after[key]) for key, value in before.items() if after[key] != value} == {}
        assert told() == news
