"""The catalogue and the page of a lot: what everybody sees, and what only some do."""

from datetime import timedelta
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules import Answer, Location, PlaceBasis
from tests.factories import found_taxonomy, location, make_actor, make_draft, make_listing

ADDRESS = "Dorpsstraat 12, 7551 AA Hengelo"


def test_a_lot_tells_what_there_is_where_and_from_when(client: FlaskClient, session: Session) -> None:
    found_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"), quantity=Quantity(Decimal("1234.5"), Unit.M2))
    session.commit()
    page = client.get(f"/aanbod/{listing.id}").text.replace("\u00a0", " ")
    assert "<h1>Grijze betonstraatstenen</h1>" in page
    assert "1.234,5 m²" in page
    assert "228,4 ton" in page  # 1 234.5 m² × 185 kg
    assert "27,1 ton CO₂e" in page  # × 0.1188 kg per kg
    assert "Betonstraatsteen keiformaat 8 cm" in page


def test_the_same_lot_in_english_is_english(client: FlaskClient, session: Session) -> None:
    found_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"))
    session.commit()
    page = client.get(f"/en/aanbod/{listing.id}").text.replace("\u00a0", " ")
    assert '<html lang="en">' in page
    assert "1,200 m²" in page
    assert "Concrete block paver" in page
    assert f'href="/aanbod/{listing.id}"' in page  # the way back to Dutch


def test_the_public_sees_no_address_no_person_and_no_exact_point(client: FlaskClient, session: Session) -> None:
    found_taxonomy(session)
    owner = make_actor(session, "hengelo")
    exact = location("hengelo")
    place = Location(exact.place_name, exact.municipality, exact.point, PlaceBasis.ADDRESS, ADDRESS)
    listing = make_listing(session, owner, location=place, project="Geheim project", remarks="Bel Jan")
    session.commit()
    page = client.get(f"/aanbod/{listing.id}").text
    for secret in (ADDRESS, "52.26", "6.79", owner.name, "Geheim project", "Bel Jan"):
        assert secret not in page


def test_an_unknown_hazard_is_said_to_be_unknown(client: FlaskClient, session: Session) -> None:
    found_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"), asbestos_suspected=Answer.UNKNOWN)
    session.commit()
    assert "Onbekend" in client.get(f"/aanbod/{listing.id}").text


def test_a_draft_is_not_there_for_the_public(client: FlaskClient, session: Session) -> None:
    found_taxonomy(session)
    listing = make_draft(session, make_actor(session, "hengelo"))
    session.commit()
    assert client.get(f"/aanbod/{listing.id}").status_code == 404


def test_what_comes_free_later_says_from_when(client: FlaskClient, session: Session) -> None:
    found_taxonomy(session)
    first = clock.today() + timedelta(days=40)
    listing = make_listing(session, make_actor(session, "hengelo"), available_from=first, available_until=None)
    session.commit()
    assert f"{first.day}\u00a0" in client.get(f"/aanbod/{listing.id}").text


def test_a_photo_of_a_draft_is_not_for_the_public(client: FlaskClient, session: Session) -> None:
    found_taxonomy(session)
    draft = make_draft(session, make_actor(session, "hengelo"))
    session.commit()
    assert client.get(f"/media/{draft.id:064d}.webp").status_code == 404
    assert client.get("/media/../../etc/passwd").status_code == 404
