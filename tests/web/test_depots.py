"""The pages of depots: what everybody reads, and what nobody does."""

import re
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.bench.statements import counted
from marketplace.depots.actions.depots import create_depot
from marketplace.depots.models import Depot
from marketplace.depots.rules.depot import DepotDraft
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.geo import Point
from marketplace.market.models import Listing
from tests.factories import make_actor, make_listing
from tests.visitors import visit
from tests.yards import keep

POINT = Point(52.2712, 6.7891)  # its public point: 52.2720, 6.7890


def make_depot(session: Session, slug: str = "hengelo", name: str = "Regiodepot", **changes: object) -> Depot:
    coordinator = make_actor(session, slug, "coordinator")
    depot = create_depot(session, coordinator, draft=DepotDraft(name, "Hengelo", "hengelo", POINT, "point", "Havenstraat 12"))
    for field, value in changes.items():
        setattr(depot, field, value)
    session.commit()
    return depot


def words(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, path
    text = re.sub(r"<[^>]+>", " ", page.text.split('<main id="content"')[1].split("<footer")[0])
    return " ".join(text.replace("\u00a0", " ").split())


def test_everybody_reads_when_a_depot_is_open_and_what_can_be_collected(session: Session, client: FlaskClient) -> None:
    depot = make_depot(
        session,
        opening={"1": [["08:00", "12:00"], ["13:00", "17:00"]], "6": [["09:00", "12:00"]]},
        opening_note="In de bouwvak gesloten.",
        collecting="Bestrating en hout, met eigen vervoer.",
        takes="|bestrating|hout|",
        longest_stay_days=182,
    )
    page = words(client, f"/depots/{depot.id}")
    assert "Regiodepot Hengelo · Hengelo" in page
    assert "Maandag 08:00–12:00, 13:00–17:00 Dinsdag gesloten" in page
    assert "In de bouwvak gesloten." in page
    assert "Bestrating en hout, met eigen vervoer." in page
    assert "Bestrating, Hout en beschoeiing" in page
    assert "182 dagen" in page


def test_its_page_names_no_person_no_address_and_no_exact_point(session: Session, client: FlaskClient) -> None:
    depot = make_depot(session)
    for path in ("/depots", f"/depots/{depot.id}"):
        text = client.get(path).text
        assert "Regiodepot" in text
        for secret in ("Havenstraat", "Coordinator", "hengelo.example", "52.2712", "6.7891", "@"):
            assert secret not in text.split('<main id="content"')[1].split("<footer")[0], (path, secret)


def test_what_is_on_offer_there_stands_on_its_page_and_nothing_else(session: Session, client: FlaskClient) -> None:
    depot = make_depot(session)
    owner = make_actor(session, "hengelo")
    keep(session, depot, owner)
    make_listing(session, owner, title="Keien in het depot", location=None, depot_id=depot.id)
    gone = make_listing(session, owner, title="Helemaal weg", location=None, depot_id=depot.id)
    make_listing(session, owner, title="Elders")
    session.get_one(Listing, gone.id).transferred = gone.quantity
    session.commit()
    page = words(client, f"/depots/{depot.id}")
    assert "Keien in het depot" in page
    assert "Helemaal weg" not in page
    assert "Elders" not in page


def test_a_depot_without_a_public_page_is_there_for_members_only(app: Flask, session: Session, client: FlaskClient) -> None:
    depot = make_depot(session, is_public=False)
    assert client.get(f"/depots/{depot.id}").status_code == 404
    assert "Regiodepot" not in client.get("/depots").text
    assert f"/depots/{depot.id}<" not in client.get("/sitemap.xml").text
    member = visit(app, session, make_actor(session, "borne"))
    assert "alleen voor deelnemers" in words(member, f"/depots/{depot.id}")
    assert "Regiodepot" in words(member, "/depots")


def test_a_public_depot_stands_in_the_sitemap(session: Session, client: FlaskClient) -> None:
    depot = make_depot(session)
    assert f"/depots/{depot.id}<" in client.get("/sitemap.xml").text


def test_a_depot_that_takes_nothing_new_says_so(session: Session, client: FlaskClient) -> None:
    depot = make_depot(session, is_active=False)
    assert "neemt niets nieuws aan" in words(client, f"/depots/{depot.id}")


def test_depots_near_each_other_share_a_mark_on_the_map(session: Session, client: FlaskClient) -> None:
    for name in ("Werf Noord", "Werf Zuid"):
        make_depot(session, name=name)
    text = client.get("/depots").text
    assert re.findall(r"<text [^>]*>([^<]*)</text>", text) == ["1, 2"]


def test_there_is_no_page_of_a_depot_that_does_not_exist(client: FlaskClient) -> None:
    assert client.get("/depots/1").status_code == 404
    assert "Er zijn nog geen depots" in words(client, "/depots")


def test_a_longer_list_asks_no_more_questions(session: Session, client: FlaskClient, database: Database) -> None:
    make_depot(session, name="Eerste")
    client.get("/depots")
    with counted(database) as few:
        client.get("/depots")
    for number in range(5):
        make_depot(session, name=f"Werf {number}")
    with counted(database) as many:
        client.get("/depots")
    assert len(many) == len(few)


def test_the_list_says_when_a_depot_is_open_today_and_names_its_owner_where_that_says_more(
    session: Session, client: FlaskClient
) -> None:
    hours = {"1": [["08:00", "12:00"], ["13:00", "17:00"]]}
    make_depot(session, name="Werf", opening=hours)
    make_depot(session, slug="regio-twente", name="Regiodepot")
    with clock.frozen(datetime(2027, 3, 1, 9, tzinfo=UTC)):  # a Monday
        assert "Hengelo · vandaag 08:00–12:00, 13:00–17:00" in words(client, "/depots")
    with clock.frozen(datetime(2027, 3, 2, 9, tzinfo=UTC)):
        page = words(client, "/depots")
    assert "Hengelo · vandaag gesloten" in page and "Hengelo · Regio Twente" in page
    assert "Hengelo · Hengelo" not in page
