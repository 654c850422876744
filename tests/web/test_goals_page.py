"""The page of goals: what is known before any percentage, what is adopted, who deviates, and the path that is still to go."""

import re
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.rules.accounts import Role
from marketplace.bench.statements import counted
from marketplace.impact.actions.goals import adopt_goal
from marketplace.kernel import clock
from tests.adopting import COLLEGE, adopt_year, report_year
from tests.factories import make_actor, seed_taxonomy
from tests.web.test_figures import content, csrf, logged_in

LAST = clock.today().year - 1


@pytest.fixture
def bank(session: Session) -> Session:
    seed_region(session)
    seed_taxonomy(session)
    session.commit()
    return session


def read(client: FlaskClient, address: str = "/doelen") -> str:
    """The words of the page, on one line."""
    page = client.get(address)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content(page))).replace(" .", ".")


def decide(session: Session, number: int, percent: int, year: int, slug: str | None) -> None:
    adopt_goal(
        session,
        make_actor(session, "regio-twente", "reviewer"),
        number=number,
        organisation_slug=slug,
        percent=Decimal(percent),
        year=year,
        body="Gemeenteraad",
        decided_on=COLLEGE.decided_on,
        document="Raadsbesluit 2026-88",
    )
    session.commit()


def test_nothing_known_is_neither_nothing_nor_everything(bank: Session, client: FlaskClient) -> None:
    page = read(client)
    assert f"Geen van de 14 gemeenten heeft {LAST} al vastgesteld. Tot dan is er geen aandeel: niet 0% en niet 100%." in page
    assert page.count("nog niet vastgesteld") == 2 and "nog geen paspoorten" in page
    assert "procentpunt te gaan" not in page


def test_too_few_are_told_before_any_percentage(bank: Session, client: FlaskClient) -> None:
    adopt_year(bank, "hengelo", LAST, primary=1000, reused=3000)
    bank.commit()
    page = read(client)
    assert page.count("Nog geen regionaal cijfer: 1 van de 14 gemeenten, 12,9% van de inwoners") == 2  # goals 1 and 2
    assert "75" not in page
    assert "1 gemeente, vastgesteld, eigen organisatie" in page
    assert "No figure for the region yet: 1 of the 14 municipalities, 12.9% of the inhabitants" in read(client, "/en/doelen")


def test_a_share_says_by_whom_and_what_is_still_to_go(bank: Session, client: FlaskClient) -> None:
    for slug in ("enschede", "hengelo", "almelo", "borne"):
        adopt_year(bank, slug, LAST - 1, primary=3500, reused=500)
        adopt_year(bank, slug, LAST, primary=3000, reused=1000)
    bank.commit()
    page = read(client)
    years = 2030 - LAST
    assert f"De regio: 25% in {LAST}, 25 procentpunt te gaan in {years} jaar" in page
    assert f"De regio: 25% in {LAST}, 75 procentpunt te gaan in {2050 - LAST} jaar. Dat is 3 procentpunt per jaar." in page
    assert "4 van de 14 gemeenten, 53,5% van de inwoners, vastgesteld, eigen organisatie" in page
    assert f"+12,5 procentpunt sinds {LAST - 1}, over dezelfde 4 gemeenten" in page
    assert f"De regio: 12,5% in {LAST - 1}" in read(client, f"/doelen?jaar={LAST - 1}")


def test_members_see_concepts_marked_and_what_is_adopted_beside_them(bank: Session, client: FlaskClient) -> None:
    for slug in ("enschede", "hengelo", "almelo", "borne"):
        adopt_year(bank, slug, LAST, primary=3000, reused=1000)
    report_year(bank, "losser", LAST, primary=1000, reused=3000)
    bank.commit()
    page = read(logged_in(bank, client, "wierden"))
    assert f"De regio: 35% in {LAST}" in page  # 7 of 20
    assert "deels concept" in page and "4 van de 5 vastgesteld" in page
    assert "Vastgesteld: 25,0%, van 4 van de 14 gemeenten, 53,5% van de inwoners." in page
    assert f"Losser: 75% in {LAST}, het doel van 50% in 2030 is gehaald" in page
    assert page.count("niet gerapporteerd") == 9 + 1  # and where it is told how we count
    with client.application.test_client() as anyone:
        public = read(anyone)
        assert f"De regio: 25% in {LAST}" in public and "concept" not in public and "Losser" not in public


def test_a_municipality_that_deviates_is_shown_with_its_decision_and_only_there(bank: Session, client: FlaskClient) -> None:
    decide(bank, 1, 100, 2055, "losser")
    member = logged_in(bank, client, "wierden")
    own = read(member, f"/doelen?gemeente=losser&jaar={LAST}")
    assert f"Losser in {LAST}" in own and "In 2055 is 100%" in own
    assert "wijkt af De regio vraagt 100% in 2050. Gemeenteraad, 3 februari 2026: Raadsbesluit 2026-88" in own.replace(
        "\u00a0", " "
    )
    table = read(member, f"/doelen?doel=1&jaar={LAST}")
    assert "wijkt af: 100% in 2055. Gemeenteraad" in table and table.count("wijkt af") == 1
    assert "wijkt af" not in read(member, f"/doelen?doel=2&jaar={LAST}")
    assert "In 2050 is 100%" in table


def test_an_adopted_year_shows_the_goal_of_then_and_the_one_of_now(bank: Session, client: FlaskClient) -> None:
    adopt_year(bank, "losser", LAST, primary=3000, reused=1000)
    bank.commit()
    decide(bank, 2, 45, 2032, None)
    member = logged_in(bank, client, "wierden")
    page = read(member, f"/doelen?jaar={LAST}")
    assert "In 2030 is minstens 50%" in page
    assert f"Dit was het doel toen {LAST} werd vastgesteld. Nu is het 45% in 2032." in page
    later = read(member, f"/doelen?jaar={LAST + 1}")
    assert "In 2032 is minstens 45%" in later and "Dit was het doel" not in later


@pytest.mark.parametrize(
    "address", ["/doelen?gemeente=nergens", "/doelen?doel=9", "/doelen?doel=3", "/doelen?jaar=abc", "/doelen?jaar=99999999999"]
)
def test_an_address_that_asks_for_what_is_not_there_shows_the_region(bank: Session, client: FlaskClient, address: str) -> None:
    assert "De regio" in read(logged_in(bank, client, "wierden"), address)


def test_the_ao_ce_sets_from_how_many_inhabitants_on_there_is_a_figure(bank: Session, client: FlaskClient) -> None:
    adopt_year(bank, "hengelo", LAST, primary=1000, reused=3000)
    bank.commit()
    assert "/inloggen" in client.get("/doelen/dekking").location
    reviewer = logged_in(bank, client, "regio-twente", Role.REVIEWER)
    form = reviewer.get("/doelen/dekking")
    assert 'value="50"' in form.text
    sent = {"csrf_token": csrf(form), "percent": "12,5", "reason": ""}
    refused = reviewer.post("/doelen/dekking", data=sent)
    assert refused.status_code == 422 and 'value="12,5"' in refused.text
    assert reviewer.post("/doelen/dekking", data={**sent, "reason": "Zolang er één meedoet."}).status_code == 303
    assert "minstens 12,5% van de inwoners" in read(reviewer) and f"De regio: 75% in {LAST}" in read(reviewer)
    page = read(reviewer, "/doelen/dekking")
    assert "Zolang er één meedoet." in page and "Bij het begin 50%" in page


def test_the_page_sends_as_many_statements_for_many_municipalities_and_years_as_for_none(
    bank: Session, client: FlaskClient
) -> None:
    member = logged_in(bank, client, "wierden")

    def sent() -> int:
        with counted(client.application.extensions["database"]) as statements:
            read(member)
        return len(statements)

    sent()
    empty = sent()
    for slug in ("enschede", "hengelo", "almelo", "borne", "losser"):
        adopt_year(bank, slug, LAST, primary=3000, reused=1000)
        report_year(bank, slug, LAST + 1, primary=3000, reused=1000)
    bank.commit()
    decide(bank, 2, 60, 2030, "losser")
    assert 0 < sent() <= empty
