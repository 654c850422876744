"""The page of figures: every number on it is worked out once more here, by hand, from the rows of the ledger."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.bench.statements import counted
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.ledger.models import Exchange
from tests.entries import append_entry, append_reversal
from tests.factories import make_actor, make_listing, make_organisation, seed_taxonomy
from tests.visitors import visit

pytestmark = pytest.mark.postgresql
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
NARROW_NOTE = re.compile(r"<small.*?</small>", re.DOTALL)


@pytest.fixture
def bank(session: Session) -> Iterator[Session]:
    """Two years of transfers. Some within an organisation, with a partner, without a factor, with processing, and one taken back."""
    with clock.frozen(NOW):
        seed_region(session)
        seed_taxonomy(session)
        make_organisation(session, "sloper-bv", "partner")
        for giver, receiver, kg, day, more in (
            ("hengelo", "borne", "148000", date(2026, 1, 15), {"processing_factor": Decimal("0.002")}),
            ("hengelo", "borne", "12400", date(2026, 5, 2), {}),
            ("wierden", "losser", "400400", date(2026, 5, 3), {"material": "zand", "group": "grond", "carbon_factor": None}),
            ("almelo", "almelo", "5200", date(2026, 6, 4), {}),
            ("borne", "hengelo", "740", date(2026, 8, 5), {"distance_km": "8.4"}),
            ("sloper-bv", "enschede", "26300", date(2026, 11, 6), {}),
            ("losser", "wierden", "3000", date(2026, 11, 7), {}),
            ("hengelo", "borne", "90000", date(2025, 3, 1), {}),
            ("hengelo", "losser", "70000", date(2025, 12, 30), {}),
            *(("borne", "almelo", "8000", date(2025, month, 9), {}) for month in (1, 2, 4, 6, 10)),
        ):
            append_entry(session, giver, receiver, mass_kg=kg, happened_on=day, **more)
        append_reversal(session, seq=2, happened_on=date(2026, 9, 9))
        session.commit()
        yield session


@pytest.fixture
def reviewer(bank: Session, app: Flask) -> FlaskClient:
    return visit(app, bank, make_actor(bank, "regio-twente", "reviewer"))


def booked(session: Session, year: int | None = 2026) -> list[Exchange]:
    """The rows that count in a year, as they stand in the book."""
    rows = session.scalars(select(Exchange)).all()
    session.rollback()
    return [row for row in rows if year is None or row.month.startswith(str(year))]


def tonnes(kg: Decimal, places: int = 0) -> str:
    """As the page writes it, made here by hand: 1.365 or 712,6, `< 1` for what would be rounded away."""
    rounded = (kg / 1000).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if kg and not rounded:
        return f"< {Decimal(1).scaleb(-places)}".replace(".", ",")
    return f"{rounded:,.{places}f}".replace(",", " ").replace(".", ",").replace(" ", ".").replace("-", "−")


def content(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.text.split('<main id="content"')[1].split("<footer")[0]


def cut(page: str, kind: str) -> str:
    """The table with this class."""
    return page.split(f'<table class="{kind}')[1].partition("</table>")[0]


def groups(page: str) -> str:
    """The table of the material groups."""
    return cut(page.split('aria-labelledby="groups"')[1], "mp-table")


def cells(html: str) -> list[list[str]]:
    """The words of every row of a table."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", NARROW_NOTE.sub("", html), re.DOTALL)
    return [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html))).strip()


def test_the_balance_is_the_sum_of_what_each_gave_to_others_and_got_from_them(bank: Session, reviewer: FlaskClient) -> None:
    given, got = defaultdict(Decimal), defaultdict(Decimal)
    for row in booked(bank):
        if row.from_slug != row.to_slug:
            given[row.from_name] += row.mass_kg
            got[row.to_name] += row.mass_kg
    balance = {row[0]: (row[1], row[3]) for row in cells(cut(content(reviewer, "/cijfers"), 'mp-bars"'))[1:]}
    assert len(balance) == 15  # the fourteen, and the partner that gave
    for name, both in balance.items():
        assert both == (tonnes(given[name]), tonnes(got[name])), name
    assert balance["Hengelo"] == ("148", "1")  # what was taken back again is not in it
    assert balance["Oldenzaal"] == ("0", "0")
    assert next(iter(balance)) == "Wierden" and list(balance)[-1] == "Losser"  # most given above, most received below


def test_the_matrix_is_the_sum_of_the_rows_of_each_pair(bank: Session, reviewer: FlaskClient) -> None:
    pairs = defaultdict(Decimal)
    for row in booked(bank):
        pairs[row.from_name, row.to_name] += row.mass_kg
    head, *rows = cells(cut(content(reviewer, "/cijfers"), "mp-matrix"))
    names = head[1:-1]
    assert len(names) == 15
    for giver, *amounts, gave in rows[:-1]:
        for receiver, amount in zip(names, amounts, strict=True):
            expected = f"{giver} naar {receiver}: {tonnes(pairs[giver, receiver])}" if pairs[giver, receiver] else ""
            within = tonnes(pairs[giver, receiver]) if giver == receiver and pairs[giver, receiver] else ""
            assert amount in ((expected, within) if within else (expected,)), (giver, receiver)
        assert gave == tonnes(
            sum((kg for (from_name, to_name), kg in pairs.items() if from_name == giver != to_name), Decimal(0))
        )
    assert rows[-1][0] == "Kreeg"
    for receiver, got in zip(names, rows[-1][1:-1], strict=True):
        assert got == tonnes(
            sum((kg for (from_name, to_name), kg in pairs.items() if to_name == receiver != from_name), Decimal(0))
        )
    assert rows[-1][-1] == tonnes(sum((kg for (from_name, to_name), kg in pairs.items() if from_name != to_name), Decimal(0)))


def test_the_waterfall_is_the_sum_of_what_each_row_avoided_drove_and_processed(bank: Session, reviewer: FlaskClient) -> None:
    rows = booked(bank)
    avoided = sum((row.avoided_kgco2e or Decimal(0) for row in rows), Decimal(0))
    transport = sum((row.transport_kgco2e for row in rows), Decimal(0))
    processing = sum((row.processing_kgco2e or Decimal(0) for row in rows), Decimal(0))
    page = content(reviewer, "/cijfers")
    markup = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    facts = {words(name): words(text) for name, text in markup.items()}
    assert facts["Vermeden"] == f"{tonnes(avoided, 1)} ton CO₂e"
    assert facts["Vervoer"] == f"− {tonnes(transport, 1)} ton CO₂e"
    assert facts["Netto"] == f"{tonnes(avoided - transport - processing, 1)} ton CO₂e"
    assert facts["Bewerking"] == f"− {tonnes(processing, 1)} ton CO₂e"
    assert (
        page.replace("\u00a0", " ").count(f'aria-label="Vermeden {facts["Vermeden"]}') == 2
    )  # said to who cannot see the two drawings


def test_processing_without_data_is_not_counted_and_never_zero(bank: Session, reviewer: FlaskClient) -> None:
    page = content(reviewer, "/cijfers?jaar=2025")
    assert all(row.processing_factor is None for row in booked(bank, 2025))
    facts = {words(name): words(text) for name, text in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)}
    assert facts["Bewerking"] == "nog niet geteld"
    assert "Bewerking" not in cells(groups(page))[0]
    head, *rows = cells(groups(content(reviewer, "/cijfers")))
    by_group = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert by_group["Zand, grond en klei"]["Bewerking (ton CO₂e)"] == "niet geteld"
    assert by_group["Zand, grond en klei"]["Vermeden (ton CO₂e)"] == "onbekend"


def test_months_and_groups_add_up_and_have_one_precision(bank: Session, reviewer: FlaskClient) -> None:
    page = content(reviewer, "/cijfers")
    by_month, by_group = defaultdict(Decimal), defaultdict(Decimal)
    for row in booked(bank):
        by_month[int(row.month[5:])] += row.mass_kg
        by_group[row.group_slug] += row.mass_kg
    facts = {words(name): words(text) for name, text in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)}
    names = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november")
    for number, name in enumerate(names, 1):
        assert facts[name] == f"{tonnes(by_month[number], 1)} ton", name
    head, *rows = cells(groups(page))
    amounts = {row[0]: row[head.index("Opnieuw gebruikt (ton)")] for row in rows}
    assert amounts["Bestrating"] == tonnes(by_group["bestrating"], 1)
    assert amounts["Totaal"] == tonnes(sum(by_group.values(), Decimal(0)), 1)
    figures = [cell for row in rows for cell in row[2:] if cell not in ("onbekend", "niet geteld")]
    assert all(re.fullmatch(r"(< |−)?[0-9.]+,[0-9]", figure) for figure in figures), figures


def test_a_tile_stands_beside_the_same_months_of_the_year_before(bank: Session, reviewer: FlaskClient) -> None:
    page = words(content(reviewer, "/cijfers"))
    transfers = len([row for row in booked(bank) if row.kind == "transfer"])
    before = len([row for row in booked(bank, 2025) if row.kind == "transfer" and row.month <= "2025-11"])
    assert (transfers, before) == (7, 6)
    assert "Uitwisselingen 7 17% meer vergeleken met 2025" in page
    assert "naast dezelfde maanden van 2025" in page
    older = words(content(reviewer, "/cijfers?jaar=2025"))
    assert "meer dan in" not in older and "minder dan in" not in older  # 2024 has nothing to stand beside


@pytest.mark.parametrize("query", ["", "?jaar=2025", "?jaar=alles"])
def test_every_number_leads_to_rows_that_add_up_to_it(bank: Session, reviewer: FlaskClient, query: str) -> None:
    page = content(reviewer, f"/cijfers{query}")
    links = re.findall(r'<a href="(/cijfers/uitwisselingen\?[^"]+)"><span class="mp-sr">[^<]*</span>([^<]+)</a>', page)
    groups = re.findall(r'<a href="(/cijfers/uitwisselingen\?[^"]*groep=[^"]*)">', page)
    assert len(links) >= 3 and groups
    for href, figure in links:
        match = re.search(r"<h2>\s*\d+ regels?, ([0-9.,<−\s]+) ton", content(reviewer, unescape(href)))
        assert match
        kg = Decimal(match[1].replace(".", "").replace(",", ".")) * 1000
        assert tonnes(kg) == unescape(figure).replace("\u00a0", " "), href
    for href in groups:
        assert "regel" in content(reviewer, unescape(href))


def test_few_transfers_are_listed_and_not_compared(bank: Session, app: Flask, reviewer: FlaskClient) -> None:
    with clock.frozen(datetime(2027, 1, 31, 12, tzinfo=UTC)):
        append_entry(bank, "hengelo", "borne", mass_kg="86500", happened_on=date(2027, 1, 12))
        append_entry(bank, "haaksbergen", "almelo", mass_kg="800", happened_on=date(2027, 1, 20))
        bank.commit()
        reader, member, partner = (
            visit(app, bank, make_actor(bank, slug, role, kind))
            for slug, role, kind in (
                ("regio-twente", "reviewer", "region"),
                ("losser", "project_leader", "municipality"),
                ("sloper-bv", "project_leader", "partner"),
            )
        )
        page = content(reader, "/cijfers")
        assert "Nog maar 2 uitwisselingen in 2027." in page and 'href="/cijfers?jaar=2026"' in page
        assert "te vroeg om te vergelijken" in page
        assert "mp-matrix" not in page and "mp-bars" not in page
        assert words(page).index("Haaksbergen →naar Almelo, 800 kg") < words(page).index("Hengelo →naar Borne, 86,5 ton")
        theirs = words(content(member, "/cijfers"))
        assert "Uw uitwisselingen" in theirs and "Hengelo →naar" not in theirs
        assert "mp-years" not in content(partner, "/cijfers?jaar=2027")


def test_what_is_agreed_and_not_counted_yet_is_told_while_there_is_little_to_compare(bank: Session, app: Flask) -> None:
    with clock.frozen(datetime(2027, 1, 4, 12, tzinfo=UTC)):
        owner, asker = make_actor(bank, "hengelo"), make_actor(bank, "borne")
        reader = visit(app, bank, make_actor(bank, "regio-twente", "reviewer"))
        assert "Wat nog loopt" not in content(reader, "/cijfers")
        reservation = reserve(
            bank, asker, listing_id=make_listing(bank, owner).id, draft=ReservationDraft(Quantity(Decimal(100), Unit.M2))
        )
        approve(bank, owner, reservation_id=reservation.id)
        bank.commit()
        other = visit(app, bank, make_actor(bank, "losser"))
        assert "Wat nog loopt 1 overdracht" in words(content(reader, "/cijfers"))
        assert "Nog geen uitwisseling in 2027." in content(other, "/cijfers") and "Wat nog loopt" not in content(
            other, "/cijfers"
        )


def test_a_partner_sees_the_balance_and_neither_years_nor_pairs(bank: Session, app: Flask) -> None:
    partner = visit(app, bank, make_actor(bank, "sloper-bv", kind="partner"))
    page = content(partner, "/cijfers?jaar=2026")
    assert "mp-years" not in page and "mp-matrix" not in page and "Grootste stromen" not in page
    balance = {row[0]: (row[1], row[3]) for row in cells(cut(page, 'mp-bars"'))[1:]}
    assert len(balance) == 15 and balance["Wierden"] == ("400", "3")  # of all years
    assert "gemiddelde afstand in hele kilometers" in page
    assert partner.get("/cijfers.csv?table=pairs").status_code == 404
    assert partner.get("/cijfers.csv?table=groups&jaar=2026").data == partner.get("/cijfers.csv?table=groups").data


def test_a_member_of_a_municipality_follows_only_its_own_rows(bank: Session, app: Flask) -> None:
    page = content(visit(app, bank, make_actor(bank, "borne")), "/cijfers")
    sides = re.findall(r"/cijfers/uitwisselingen\?([^\"]+)", page)
    assert sides and all("borne" in side for side in sides)


@pytest.mark.parametrize("query", ["", "?jaar=alles"])
def test_the_page_asks_no_more_of_the_database_for_more_organisations(
    bank: Session, app: Flask, reviewer: FlaskClient, query: str
) -> None:
    content(reviewer, f"/cijfers{query}")
    with counted(app.extensions["database"]) as few:
        content(reviewer, f"/cijfers{query}")
    for giver, receiver in (("twenterand", "oldenzaal"), ("dinkelland", "tubbergen"), ("haaksbergen", "enschede")):
        append_entry(bank, giver, receiver, mass_kg="4000", happened_on=date(2026, 10, 3))
    bank.commit()
    with counted(app.extensions["database"]) as more:
        content(reviewer, f"/cijfers{query}")
    assert len(more) == len(few)
    assert len([statement for statement in more if "exchange." in statement]) == 0  # the sums are read from the roll-ups


def test_the_file_of_a_year_holds_every_pair_exact(bank: Session, reviewer: FlaskClient) -> None:
    lines = reviewer.get("/cijfers.csv?table=pairs&jaar=2026").data.decode("utf-8-sig").splitlines()
    pairs = defaultdict(Decimal)
    for row in booked(bank):
        pairs[row.from_name, row.to_name] += row.mass_kg
    column = lines[0].split(";").index("Opnieuw gebruikt (kg)")
    masses = {tuple(line.split(";")[:2]): Decimal(line.split(";")[column].replace(",", ".")) for line in lines[1:]}
    assert masses == dict(pairs)


@pytest.mark.parametrize(
    ("query", "count"),
    [("van=hengelo", 5), ("naar=borne&jaar=2026", 3), ("organisatie=wierden", 2), ("groep=grond", 1), ("maand=2026-11", 2),
     ("van=niemand&jaar=x&maand=2026-13", 15), ("van=hengelo&naar=losser&jaar=2026", 0)],
)  # fmt: skip
def test_rows_are_found_by_giver_receiver_group_and_period(reviewer: FlaskClient, query: str, count: int) -> None:
    page = content(reviewer, f"/cijfers/uitwisselingen?{query}")
    match = re.search(r"<h2>\s*(\d+) regel", page)
    assert (int(match[1]) if match else 0) == count


def test_a_sentence_above_each_chart_says_what_is_seen(reviewer: FlaskClient) -> None:
    page = words(content(reviewer, "/cijfers?jaar=2026")).replace("\u00a0", " ")
    assert "Het meest in mei: 412,8 ton, 71% van alles." in page  # 412.8 of 583.64
    assert "Wierden gaf het meest aan anderen: 400 ton. Losser kreeg het meest: 400 ton." in page
    assert "De grootste stroom is 400 ton van Wierden naar Losser: 69% van wat tussen organisaties ging." in page  # of 578.44
    assert "Zand, grond en klei is 69% van de tonnen." in page  # 400.4 of 583.64, without a factor


def test_the_workbook_holds_the_tables_of_the_files_exact(bank: Session, reviewer: FlaskClient, client: FlaskClient) -> None:
    book = load_workbook(BytesIO(reviewer.get("/cijfers.xlsx?jaar=2026").data))
    assert book.sheetnames == ["Totalen", "Per gemeente", "Per materiaalgroep", "Per maand", "Van wie naar wie"]
    for name, key in zip(book.sheetnames, ("totals", "municipalities", "groups", "months", "pairs"), strict=True):
        lines = reviewer.get(f"/cijfers.csv?table={key}&jaar=2026").data.decode("utf-8-sig").splitlines()
        sheet = [[cell.value for cell in row] for row in book[name].iter_rows()]
        assert len(sheet) == len(lines)
        column = next(
            index for index, head in enumerate(lines[0].split(";")) if head in ("Opnieuw gebruikt (kg)", "Ontvangen (kg)")
        )
        masses = [Decimal(line.split(";")[column].replace(",", ".")) for line in lines[1:]]
        assert [Decimal(str(row[column])) for row in sheet[1:]] == masses
    assert load_workbook(BytesIO(client.get("/cijfers.xlsx").data)).sheetnames == ["Totalen"]
