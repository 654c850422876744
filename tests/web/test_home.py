"""The home page: what lies ready, what was used again with what is not known said as such, and a way in for everybody."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.hand_over import confirm, hand_over
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from tests.adopting import adopt_year, report_year
from tests.entries import append_entry
from tests.factories import make_actor, make_draft, make_listing, seed_taxonomy
from tests.visitors import visit


@pytest.fixture
def bank(session: Session) -> Session:
    seed_region(session)
    seed_taxonomy(session)
    return session


def told(client: FlaskClient, address: str = "/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.text.replace("\u00a0", " ")


def m2(amount: int) -> Quantity:
    return Quantity(Decimal(amount), Unit.M2)


def test_the_newest_four_of_which_something_is_left_stand_there_and_the_number_of_all(client: FlaskClient, bank: Session) -> None:
    hengelo = make_actor(bank, "hengelo")
    for number in range(5):
        make_listing(bank, hengelo, title=f"Partij {number}")
    gone = make_listing(bank, hengelo, title="Al weg")
    make_draft(bank, hengelo, title="Nog niet af")
    reserve(bank, make_actor(bank, "borne"), listing_id=gone.id, draft=ReservationDraft(m2(1200)))
    bank.commit()
    page = told(client)
    assert [number for number in range(5) if f">Partij {number}<" in page] == [1, 2, 3, 4]
    assert "Al weg" not in page
    assert "Nog niet af" not in page
    assert "Bekijk alle 6 partijen" in page


def test_it_leads_to_the_catalogue_the_map_the_demands_the_figures_and_the_goals(client: FlaskClient, bank: Session) -> None:
    make_listing(bank, make_actor(bank, "hengelo"))
    bank.commit()
    for prefix in ("", "/en"):
        page = told(client, f"{prefix}/")
        assert f'role="search" action="{prefix}/aanbod"' in page
        for path in (
            "/aanbod",
            "/aanbod?weergave=kaart",
            "/aanbod?materialGroup=bestrating",
            "/gezocht",
            "/cijfers",
            "/doelen",
            "/inloggen",
        ):
            assert f'href="{prefix}{path}"' in page
        assert f'<link rel="canonical" href="http://localhost{prefix}/">' in page
        assert '<link rel="alternate" hreflang="en" href="http://localhost/en/">' in page


def test_what_was_used_again_is_told_with_the_mass_of_which_no_factor_is_known(client: FlaskClient, bank: Session) -> None:
    append_entry(bank, "hengelo", "borne", mass_kg="3000", happened_on=date(2026, 3, 1))
    append_entry(bank, "almelo", "borne", mass_kg="1000", happened_on=date(2026, 4, 1), carbon_factor=None)
    bank.commit()
    page = told(client)
    assert "sinds maart 2026" in page
    assert "4 ton" in page
    assert "in 2 overdrachten" in page
    assert "Van 1 ton is geen CO₂-factor bekend" in page


def test_nothing_is_counted_where_nothing_changed_hands_or_was_reported(client: FlaskClient, bank: Session) -> None:
    bank.commit()
    page = told(client)
    assert "Er is nog niets overgedragen" in page
    assert "Er ligt nu niets klaar" in page
    assert "nog niet vastgesteld" in page
    assert "0 ton" not in page


def test_the_share_of_the_last_adopted_year_says_by_how_many_it_was_adopted(client: FlaskClient, bank: Session) -> None:
    bank.commit()
    told(client)  # kept from here on, until something changes
    year = clock.today().year - 1
    for slug, share in (
        ("hengelo", "<strong>Nog geen regionaal cijfer: 1 van de 14 gemeenten, 12,9% van de inwoners</strong>"),
        ("enschede", "<strong>Nog geen regionaal cijfer: 2 van de 14 gemeenten, 38,1% van de inwoners</strong>"),
        ("almelo", "<strong>Nog geen regionaal cijfer: 3 van de 14 gemeenten, 49,7% van de inwoners</strong>"),
        ("borne", f"<strong>40,0%</strong> in {year}"),
    ):
        adopt_year(bank, slug, year, primary=6000, reused=4000)
        bank.commit()
        assert share in told(client)
    assert "4 van de 14 gemeenten, 53,5% van de inwoners" in told(client)


@pytest.mark.parametrize("ago", [0, 1])
def test_four_tonnes_of_a_concept_change_no_byte_of_what_the_public_reads(client: FlaskClient, bank: Session, ago: int) -> None:
    year = clock.today().year - ago
    adopt_year(bank, "hengelo", clock.today().year - 2, primary=1000, reused=1000)
    bank.commit()
    paths = ("/", "/doelen", f"/doelen?jaar={year}", "/en/doelen", "/doelen?gemeente=borne", "/api/v1/goals")
    before = {path: client.get(path).data for path in paths}
    report_year(bank, "borne", year, primary=1000, reused=3000)
    bank.commit()
    for path in paths:
        assert client.get(path).data == before[path], path


def test_a_confirmed_transfer_stands_on_the_page_that_was_kept(client: FlaskClient, bank: Session) -> None:
    owner, asker = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    reservation = reserve(bank, asker, listing_id=make_listing(bank, owner).id, draft=ReservationDraft(m2(100)))
    approve(bank, owner, reservation_id=reservation.id)
    hand_over(bank, owner, reservation_id=reservation.id, draft=HandoverDraft(m2(100), clock.today()))
    bank.commit()
    etag = client.get("/").headers["ETag"]
    assert client.get("/", headers={"If-None-Match": etag}).status_code == 304
    confirm(bank, asker, reservation_id=reservation.id)
    bank.commit()
    fresh = client.get("/", headers={"If-None-Match": etag})
    assert fresh.status_code == 200
    assert "18,5\u00a0ton" in fresh.text  # 100 m² × 185 kg


def test_who_is_signed_in_finds_the_way_to_work_instead_of_how_to_join(app: Flask, client: FlaskClient, bank: Session) -> None:
    borne = make_actor(bank, "borne")
    make_listing(bank, make_actor(bank, "hengelo"))
    bank.commit()
    assert 'id="join"' in told(client)
    page = told(visit(app, bank, borne))
    assert f"Welkom, {borne.name}" in page
    assert 'href="/werk"' in page
    assert "5 km" in page  # Borne to Hengelo: 5.03 km
    assert 'id="join"' not in page
