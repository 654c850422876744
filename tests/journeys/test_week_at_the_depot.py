"""A week at the depot on a keeper's phone: stones come in, are split, moved, counted, offered, taken out, and what they cost is looked at.

By hand: 276 m² × 185 kg = 51 060 kg; 276 = 176 + 98 + 2. A day costs 0.15 / 7 euro per m², and the day on which something comes counts:
276 m² on Monday, 276 on Tuesday (176 and 100), 274 on Wednesday (176 and 98), 176 on Thursday: 1 002 × 0.15 / 7 = 21.47 euro.
"""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from marketplace.depots.models import Depot, Lot
from marketplace.depots.queries.lots import list_movements
from marketplace.depots.rules.number import lot_number
from marketplace.depots.rules.quarter import quarter_of
from marketplace.kernel import clock
from tests.factories import declare_as_owner
from tests.journeys.conftest import Site
from tests.journeys.sites import database_of
from tests.visitors import picture

LEADER = "projectleider.enschede@materialenbank.example"
KEEPER = "coordinator.enschede@materialenbank.example"
LOSSER = "projectleider.losser@materialenbank.example"
STONES = "Betonstraatsteen keiformaat 8 cm"
Shot = Callable[[Page, str], None]


class Calendar:
    """The day that the whole server lives in; the clock of the bank asks it. Its week lies in one quarter."""

    def __init__(self) -> None:
        today = clock.today()
        next_monday = today + timedelta(days=7 - today.weekday())
        is_whole = quarter_of(next_monday) == quarter_of(next_monday + timedelta(days=4))
        self.monday = next_monday if is_whole else next_monday + timedelta(days=7)
        self.at: datetime | None = None

    def get(self) -> datetime | None:
        return self.at

    def turn(self, days: int) -> None:
        """To ten in the morning, so many days after Monday."""
        self.at = datetime.combine(self.monday + timedelta(days=days), time(10), clock.AMSTERDAM)


@pytest.fixture
def width() -> int:
    return 390


@pytest.fixture
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(getattr(request, "param", True))


@pytest.fixture
def calendar(site: Site, monkeypatch: pytest.MonkeyPatch) -> Calendar:
    week = Calendar()
    monkeypatch.setattr(clock, "_frozen", week)
    return week


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def act(page: Page, word: str) -> None:
    """One of the tiles of a lot, all of which a thumb reaches without scrolling."""
    tile = page.get_by_role("link", name=word, exact=True)
    box = tile.bounding_box()
    assert box is not None and box["y"] + box["height"] <= 844 and box["height"] >= 44
    tile.click()


def says(page: Page, *sentences: str) -> None:
    for sentence in sentences:
        expect(page.locator("main")).to_contain_text(sentence)


def stock(site: Site) -> dict[int, Decimal]:
    """What is left of every lot that was ever Enschede's yard's, by its number."""
    with database_of(site.app).read() as reading:
        yard = reading.scalars(select(Depot.id).where(Depot.name == "Gemeentewerf Enschede")).one()
        return {lot.id: lot.quantity for lot in reading.scalars(select(Lot).where(Lot.depot_id == yard).order_by(Lot.id))}


def test_a_week_at_the_depot(
    new_page: Callable[[], Page], site: Site, calendar: Calendar, shot: Shot, accessible: Callable[[Page], None]
) -> None:
    leader, keeper, losser = new_page(), new_page(), new_page()

    def begin(day: int, *people: tuple[Page, str]) -> None:
        calendar.turn(day)
        for page, email in people:
            site.let_in(page, email)

    begin(0, (leader, LEADER), (keeper, KEEPER))
    leader.goto("/depots")
    leader.get_by_role("link", name="Gemeentewerf Enschede").click()
    leader.get_by_role("link", name="Iets aankondigen").click()
    depot = leader.url.removeprefix(site.url).removesuffix("/aankondigen")
    leader.get_by_role("combobox", name="Wat brengt u?").and_(leader.locator("input")).fill("keiformaat 8")
    leader.get_by_role("option", name=STONES).first.click()
    leader.get_by_label("Hoeveel?").fill("276")
    leader.get_by_label("Eenheid").select_option("m2")
    leader.get_by_label("Op welke dag?").fill("vandaag")
    leader.get_by_label("Wat moet de beheerder weten?").fill("Drie vrachten uit de Dorpsstraat")
    shot(leader, "1-announcing")
    accessible(leader)
    press(leader, "Kondig het aan")
    says(leader, "De beheerders van het depot verwachten het.", f"276 m² {STONES}")
    shot(leader, "2-announced")

    keeper.goto(depot)
    says(keeper, "Drie vrachten uit de Dorpsstraat")
    keeper.get_by_role("link", name=f"Innemen {STONES}").click()
    expect(keeper.get_by_label("Hoeveel?")).to_have_value("276")
    keeper.get_by_label("Kwaliteit").select_option("good")
    keeper.get_by_label("Vak").fill("Noord")
    keeper.get_by_text("Meer invullen").click()
    keeper.get_by_label("Waar kwam het vandaan?").fill("Losser")
    keeper.get_by_label("Gereden kilometers met de lading").fill("12,4")
    keeper.get_by_label("Met welk voertuig?").select_option("vrachtauto-zwaar-50")
    shot(keeper, "3-taking-in")
    accessible(keeper)
    press(keeper, "Neem het in")
    (number,) = stock(site)
    says(keeper, f"Ingenomen als partij {lot_number(number)}", "276 m²", "51,1 ton")
    keeper.get_by_text("Wat er is gereden").click()
    says(keeper, "51,1 ton over 12,4 km: 633 tonkm", "12,4 km, zoals gereden")  # 51.06 × 12.4 = 633.144
    shot(keeper, "4-the-lot")
    accessible(keeper)

    begin(1, (keeper, KEEPER))
    keeper.reload()
    act(keeper, "Splitsen")
    keeper.get_by_label("Hoeveel gaat eraf?").fill("100")
    press(keeper, "Splits het af")
    part = number + 1
    says(keeper, f"100 m² is nu een eigen partij: {lot_number(part)}.")
    act(keeper, "Verplaatsen")
    keeper.get_by_label("Vak").fill("Zuid")
    shot(keeper, "5-moving")
    press(keeper, "Verplaats het")
    says(keeper, f"Partij {lot_number(part)} ligt nu in Gemeentewerf Enschede, vak Zuid.")
    assert stock(site) == {number: 176, part: 100}

    begin(2, (keeper, KEEPER))
    keeper.reload()
    act(keeper, "Tellen")
    keeper.get_by_label("Hoeveel ligt er nu?").fill("98")
    press(keeper, "Telling opslaan")
    expect(keeper.get_by_role("alert")).to_contain_text("Zeg in één zin waarom")
    expect(keeper.get_by_label("Hoeveel ligt er nu?")).to_have_value("98")
    keeper.get_by_label("Waarom is het meer of minder dan het was?").fill("Twee vierkante meter was gebroken")
    shot(keeper, "6-counting")
    accessible(keeper)
    press(keeper, "Telling opslaan")
    says(keeper, "Geteld: 98 m². Dat is 2 m² minder dan de bank zei.")

    scanned = new_page()
    scanned.goto(f"/lots/{part}")  # what the code on the label says, on a phone that nobody is logged in on
    scanned.get_by_label("E-mailadres").fill(KEEPER)
    scanned.locator("input[type=password]").first.fill(site.password)
    scanned.locator("main form button[type=submit]").first.click()
    expect(scanned).to_have_url(f"{site.url}/lots/{part}")
    says(scanned, lot_number(part), "98 m²", "18,1 ton")  # 98 × 185 = 18 130 kg
    for word in ("Verplaatsen", "Uitgeven", "Tellen", "Splitsen", "Foto"):
        box = scanned.get_by_role("link", name=word, exact=True).bounding_box()
        assert box is not None and box["y"] + box["height"] <= 844, word
    shot(scanned, "7-scanned")
    act(scanned, "Bied aan")
    press(scanned, "Concept van het aanbod maken")
    says(scanned, "U biedt een partij uit voorraad aan", "98 m²", "Gemeentewerf Enschede")
    scanned.get_by_label("Hoe noemt u deze partij?").fill("Grijze keien op de werf van Enschede")
    scanned.locator("#photos").set_input_files({"name": "keien.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    scanned.locator("#hazards").get_by_label("Nee").first.check() if scanned.locator("#hazards input").count() else None
    shot(scanned, "8-the-draft")
    accessible(scanned)
    scanned.locator("main").get_by_role("button", name="Publiceren").click()
    says(scanned, "Uw partij staat in het aanbod")
    listing = scanned.url.removeprefix(site.url)
    declare_as_owner(database_of(site.app), int(listing.rsplit("/", 1)[-1]))

    begin(3, (losser, LOSSER), (keeper, KEEPER))
    losser.goto(f"{listing}/reserveren")
    losser.get_by_label("Hoeveel wilt u reserveren?").fill("98")
    press(losser, "Reserveren")
    losser.wait_for_url(re.compile(r"/reserveringen/\d+"))
    keeper.goto(losser.url)
    press(keeper, "Goedkeuren")
    keeper.goto(depot)
    says(keeper, "98 m² van “Grijze keien op de werf van Enschede”")
    shot(keeper, "9-goes-out")
    keeper.goto(losser.url)
    press(keeper, "Overdracht bewaren")
    losser.reload()
    press(losser, "Overdracht bevestigen")
    says(losser, "Wat deze uitwisseling bespaarde")
    assert stock(site) == {number: 176}
    with database_of(site.app).read() as reading:
        gone = reading.get_one(Lot, part)
        assert (gone.quantity, gone.depot_id) == (98, None)
        (lost,) = [row.quantity for row in list_movements(reading, part) if row.kind == "count"]
        assert stock(site)[number] + gone.quantity - lost == 276  # 176 + 98 + 2

    begin(4, (keeper, KEEPER))
    keeper.goto(depot)
    says(keeper, f"176 m² {STONES}", "€ 17,23")  # (276 + 3 × 176) × 0.15 / 7
    accessible(keeper)
    shot(keeper, "10-friday")
    keeper.get_by_role("link", name="Afrekening per kwartaal").click()
    keeper.get_by_role("link", name=str(quarter_of(calendar.monday)), exact=True).click()
    row = keeper.get_by_role("row", name=re.compile("Enschede"))
    expect(row).to_contain_text("€ 21,47")
    shot(keeper, "11-settlement")
    accessible(keeper)


@pytest.mark.parametrize("scripts", [False], indirect=True)
def test_a_scanned_lot_is_handled_without_scripts(page: Page, site: Site, shot: Shot) -> None:
    """Of 176 m² 40 are split off; 134 are counted of the 136 that should be left, and 4 go out: 130."""
    with database_of(site.app).read() as reading:
        number = reading.scalars(select(Lot.id).where(Lot.quantity == 176, Lot.depot_id.is_not(None))).one()
    site.let_in(page, "coordinator.regio-twente@materialenbank.example")
    page.goto(f"/lots/{number}")
    act(page, "Splitsen")
    page.get_by_label("Hoeveel gaat eraf?").fill("176")
    press(page, "Splits het af")
    expect(page.get_by_role("alert")).to_contain_text("er valt niets te splitsen")
    expect(page.get_by_label("Hoeveel gaat eraf?")).to_have_value("176")
    page.get_by_label("Hoeveel gaat eraf?").fill("40")
    press(page, "Splits het af")
    says(page, "40 m² is nu een eigen partij")
    page.goto(f"/lots/{number}")
    act(page, "Tellen")
    page.get_by_label("Hoeveel ligt er nu?").fill("134")
    press(page, "Telling opslaan")
    expect(page.get_by_label("Hoeveel ligt er nu?")).to_have_value("134")
    page.get_by_label("Waarom is het meer of minder dan het was?").fill("Gebroken bij het laden")
    press(page, "Telling opslaan")
    says(page, "Dat is 2 m² minder dan de bank zei.")
    act(page, "Uitgeven")
    page.get_by_label("Hoeveel gaat eruit?").fill("4")
    press(page, "Geef het uit")
    expect(page.get_by_label("Hoeveel gaat eruit?")).to_have_value("4")
    page.get_by_label("Waar is het voor?").fill("Dorpsstraat")
    press(page, "Geef het uit")
    says(page, "4 m² is uitgegeven. Er is nog 130 m².")
    act(page, "Verplaatsen")
    page.get_by_label("Vak").fill("b2")
    press(page, "Verplaats het")
    says(page, "ligt nu in Regiodepot Twente, vak B2.")
    act(page, "Foto")
    page.locator("input[type=file]").set_input_files({"name": "keien.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    press(page, "Foto erbij zetten")
    says(page, "De foto staat bij de partij.")
    shot(page, "1-handled")
