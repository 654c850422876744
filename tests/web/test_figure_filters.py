"""The filters of the pages of figures: what an address asks, the chips that take it away, and the rows that add up to it."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.kernel import clock
from marketplace.kernel.language import reading_in
from marketplace.web.figures.dashboard import months_of
from marketplace.web.ui.period import EVERYTHING, Period, period_of
from tests.entries import append_entry
from tests.factories import make_actor, make_organisation, seed_taxonomy
from tests.visitors import visit

pytestmark = pytest.mark.postgresql
TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def asked(default: int | None = 2026, **args: str) -> Period:
    return period_of(args, today=TODAY, default=default)


@pytest.mark.parametrize(
    ("typed", "year"), [("", 2026), ("2025", 2025), ("alles", None), ("2027", 2026), ("1999", 2026), ("²²²²", 2026), ("x", 2026)]
)
def test_a_year_that_cannot_be_is_the_default_one(typed: str, year: int | None) -> None:
    assert asked(jaar=typed).year == year
    assert asked(None, jaar="x") == EVERYTHING


def test_a_year_ends_with_this_month_or_with_december() -> None:
    march = date(2026, 3, 2)
    this, earlier = (period_of({"jaar": typed}, today=march, default=None) for typed in ("2026", "2025"))
    assert (this.first, this.last, this.until(march)) == ("2026-01", "2026-03", march)
    assert (earlier.first, earlier.last, earlier.until(march)) == ("2025-01", "2025-12", date(2025, 12, 31))
    assert this.before == ("2025-01", "2025-03")


@pytest.mark.parametrize(
    ("args", "first", "last", "words"),
    [
        ({"jaar": "2026", "kwartaal": "2"}, "2026-04", "2026-06", "kwartaal 2 van 2026"),
        ({"kwartaal": "4"}, "2026-10", "2026-12", "kwartaal 4 van 2026"),
        ({"jaar": "2025", "kwartaal": "5"}, "2025-01", "2025-12", "2025"),
        ({"maand": "2026-03"}, "2026-03", "2026-03", "maart 2026"),
        ({"vanaf": "2025-11", "tot": "2026-02"}, "2025-11", "2026-02", "november 2025 tot en met februari 2026"),
        ({"vanaf": "2026-02", "tot": "2025-11", "jaar": "2024"}, "2025-11", "2026-02", "november 2025 tot en met februari 2026"),
        ({"vanaf": "2026-02"}, "2026-02", "", "vanaf februari 2026"),
        ({"tot": "2026-02"}, "", "2026-02", "tot en met februari 2026"),
        ({"vanaf": "2026-13", "tot": "0001-01", "jaar": "2025"}, "2025-01", "2025-12", "2025"),
        ({"jaar": "alles"}, "", "", ""),
    ],
)
def test_a_period_is_a_year_a_quarter_or_months(args: dict[str, str], first: str, last: str, words: str) -> None:
    with reading_in("nl"):
        period = asked(**args)
        assert (period.first, period.last, period.words.replace("\u00a0", " ")) == (first, last, words)
        assert period_of(dict(period.values), today=TODAY, default=None) == period  # its address means the same


def test_only_a_period_within_one_year_has_one_to_stand_beside() -> None:
    assert asked(jaar="2026", kwartaal="2").before == ("2025-04", "2025-06")
    assert asked(vanaf="2025-11", tot="2026-02").before is None
    assert EVERYTHING.before is None


def test_a_chart_shows_months_as_long_as_there_are_few() -> None:
    assert months_of(asked(jaar="2026", kwartaal="1"), ()) == ["2026-01", "2026-02", "2026-03"]
    assert len(months_of(asked(vanaf="2024-12", tot="2026-11"), ())) == 24
    assert months_of(asked(vanaf="2024-11", tot="2026-11"), ()) == []
    assert len(months_of(asked(jaar="2026"), ())) == 12
    assert len(months_of(EVERYTHING, ("2025-03", "2025-09"))) == 12
    assert months_of(EVERYTHING, ("2025-03", "2026-09")) == []


@pytest.fixture
def bank(session: Session) -> Session:
    """Rows of two years, two groups and five municipalities."""
    seed_region(session)
    seed_taxonomy(session)
    make_organisation(session, "sloper-bv", "partner")
    for giver, receiver, kg, day, more in (
        ("hengelo", "borne", "148000", date(2026, 1, 15), {}),
        ("hengelo", "borne", "12400", date(2026, 5, 2), {}),
        (
            "wierden",
            "losser",
            "400400",
            date(2026, 5, 3),
            {"material": "zand", "group": "grond", "carbon_factor": None, "is_bulk": True},
        ),
        ("almelo", "almelo", "5200", date(2026, 6, 4), {}),
        (
            "borne",
            "hengelo",
            "740",
            date(2026, 8, 5),
            {"material": "zand", "group": "grond", "carbon_factor": None, "is_bulk": True},
        ),
        ("hengelo", "borne", "90000", date(2025, 3, 1), {"through": "depot"}),
        ("losser", "borne", "3000", date(2025, 12, 30), {}),
    ):
        append_entry(session, giver, receiver, mass_kg=kg, happened_on=day, **more)
    session.commit()
    return session


@pytest.fixture
def reviewer(bank: Session, app: Flask) -> FlaskClient:
    return visit(app, bank, make_actor(bank, "regio-twente", "reviewer"))


def content(client: FlaskClient, path: str) -> str:
    with clock.frozen(NOW):
        page = client.get(path)
    assert page.status_code == 200, path
    return page.text.split('<main id="content"')[1].split("<footer")[0]


def rows_in(page: str) -> tuple[int, Decimal]:
    match = re.search(r"<h2>\s*(\d+) regels?, ([0-9.,]+) ton", page)
    return (int(match[1]), Decimal(match[2].replace(".", "").replace(",", "."))) if match else (0, Decimal(0))


@pytest.mark.parametrize(
    ("query", "rows", "tonnes"),
    [
        ("jaar=2026&gemeente=borne", 3, "161.14"),
        ("jaar=alles&gemeente=borne", 5, "254.14"),
        ("jaar=2026&kwartaal=2", 3, "418"),
        ("jaar=2026&groep=grond", 2, "401.14"),
        ("jaar=2026&groep=grond&gemeente=hengelo", 1, "0.74"),
        ("vanaf=2025-12&tot=2026-05&gemeente=borne", 3, "163.4"),
        ("jaar=2026&bereik=binnen", 1, "5.2"),
        ("jaar=2026&bereik=tussen", 4, "561.54"),
        ("jaar=2026&grond=nee", 3, "165.6"),
        ("jaar=2026&grond=nee&bereik=tussen&gemeente=borne", 2, "160.4"),
        ("jaar=2025&weg=depot", 1, "90"),
        ("jaar=alles&weg=direct", 6, "569.74"),
        ("jaar=2026&gemeente=niemand&groep=niets&weg=omweg&bereik=x&grond=ja", 5, "566.74"),
    ],
)
def test_figures_and_rows_take_the_same_filters(reviewer: FlaskClient, query: str, rows: int, tonnes: str) -> None:
    assert rows_in(content(reviewer, f"/cijfers/uitwisselingen?{query}")) == (rows, Decimal(tonnes))
    table = reviewer.get(f"/cijfers.csv?table=totals&{query}").data.decode("utf-8-sig").splitlines()
    totals = dict(zip(table[0].split(";"), table[1].split(";"), strict=True))
    assert (int(totals["Uitwisselingen"]), Decimal(totals["Opnieuw gebruikt (kg)"].replace(",", "."))) == (
        rows,
        Decimal(tonnes) * 1000,
    )


def test_every_chip_takes_one_filter_away_and_keeps_the_others(reviewer: FlaskClient) -> None:
    page = content(reviewer, "/cijfers?jaar=2026&gemeente=borne&groep=bestrating&weg=direct&bereik=tussen&grond=nee")
    chips = {
        re.sub(r"<[^>]+>", "", label).removeprefix("Zonder:").strip().replace("\u00a0", " "): unescape(href)
        for href, label in re.findall(r'<a class="mp-chip" href="([^"]+)">(.*?) <svg', page, re.DOTALL)
    }
    whole = ["gemeente=borne", "groep=bestrating", "weg=direct", "bereik=tussen", "grond=nee"]
    assert list(chips) == ["Borne", "Bestrating", "direct", "tussen organisaties", "zonder zand en grond"]
    for parameter, href in zip(whole, chips.values(), strict=True):
        assert href == "/cijfers?" + "&".join(["jaar=2026", *(other for other in whole if other != parameter)])
    quarter = content(reviewer, "/cijfers?jaar=2026&kwartaal=2&gemeente=borne")
    assert '<a class="mp-chip" href="/cijfers?jaar=2026&amp;gemeente=borne">' in quarter
    assert 'class="mp-chip mp-chip--all" href="/cijfers?jaar=2026"' in page


def test_a_quarter_and_a_year_keep_the_other_filters_and_the_form_keeps_the_period(reviewer: FlaskClient) -> None:
    page = content(reviewer, "/cijfers?jaar=2026&gemeente=borne")
    assert 'href="/cijfers?jaar=2025&amp;gemeente=borne"' in page
    assert 'href="/cijfers?jaar=2026&amp;kwartaal=3&amp;gemeente=borne"' in page
    assert '<input type="hidden" name="jaar" value="2026">' in page
    assert '<option value="borne" selected>' in page
    months = content(reviewer, "/cijfers?vanaf=2026-02&tot=2026-05")
    assert '<input type="hidden" name="jaar" value="alles">' in months  # once the months are taken away there is no other period
    assert months.count('<option value="2026-02" selected>') == 1 and months.count('<option value="2026-05" selected>') == 1


def test_nothing_with_these_filters_says_how_to_clear_them(reviewer: FlaskClient) -> None:
    page = content(reviewer, "/cijfers?jaar=2026&gemeente=twenterand")
    assert "Nog geen uitwisseling met deze filters." in page
    assert '<a href="/cijfers?jaar=2026">Wis alle filters</a>' in page
    assert "mp-tally" not in page and "mp-fall" not in page


def test_the_rows_of_a_pair_lose_their_sides_one_by_one(reviewer: FlaskClient) -> None:
    page = content(reviewer, "/cijfers/uitwisselingen?van=hengelo&naar=borne&jaar=2026")
    assert rows_in(page)[0] == 2
    assert 'href="/cijfers/uitwisselingen?naar=borne&amp;jaar=2026"' in page
    assert 'class="mp-chip mp-chip--all" href="/cijfers/uitwisselingen?jaar=2026"' in page
    assert '<input type="hidden" name="van" value="hengelo">' in page


def test_partners_and_the_public_have_no_filters_over_figures(bank: Session, app: Flask, client: FlaskClient) -> None:
    partner = visit(app, bank, make_actor(bank, "sloper-bv", kind="partner"))
    for reader in (partner, client):
        page = content(reader, "/cijfers?jaar=2026&gemeente=borne")
        assert "mp-cut" not in page and "mp-years" not in page
        assert reader.get("/cijfers.csv?jaar=2026&gemeente=borne").data == reader.get("/cijfers.csv").data
