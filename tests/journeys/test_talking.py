"""Asking before reserving, and talking during a transfer, without scripts: a question and its answer, a photo, a reply from the mail."""

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from marketplace.jobs.worker import run_all
from marketplace.kernel import clock
from tests.journeys.conftest import Site
from tests.journeys.lots import HENGELO, on_offer
from tests.visitors import picture

TITLE = "Keien van de Deldenerstraat"
BORNE = "projectleider.borne@materialenbank.example"
LINK = re.compile(r"http://\S+/gesprek/\S+")
Shot = Callable[[Page, str], None]


@pytest.fixture
def scripts() -> bool:
    return False


def mailed_link(site: Site, email: str) -> str:
    """Where the newest letter about a message leads its reader to write back."""
    letters = []
    for file in site.app.extensions["settings"].mail_path.glob("*-message.eml"):
        letter = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        if letter["To"] == email:
            letters.append(letter)
    text = letters[-1].get_body(("plain",))
    link = LINK.search(text.get_content()) if text else None
    assert link
    return urlsplit(link.group()).path


def test_people_ask_answer_and_talk_without_leaving_the_bank(new_page: Callable[[], Page], site: Site, shot: Shot) -> None:
    lot = on_offer(site, TITLE)
    hengelo, borne, mail = (new_page() for _browser in range(3))
    site.let_in(hengelo, HENGELO)
    site.let_in(borne, BORNE)

    borne.goto(lot)
    borne.get_by_text("Stel Hengelo een vraag").focus()
    borne.keyboard.press("Enter")
    borne.get_by_label("Uw vraag").fill("Bel 06-55551234")
    borne.get_by_role("button", name="Stel de vraag").click()
    expect(borne.get_by_role("alert")).to_contain_text("Laat telefoonnummers en mailadressen weg")
    borne.get_by_label("Uw vraag").fill("Liggen ze op europallets?")
    borne.get_by_role("button", name="Stel de vraag").click()
    expect(borne.locator("main")).to_contain_text("Uw vraag is gesteld")
    shot(borne, "1-asked")

    hengelo.goto("/aanbod?q=europallets")
    hengelo.get_by_role("link", name=TITLE).first.click()
    hengelo.get_by_label("Uw antwoord").fill("Ja, veertig stuks.")
    hengelo.get_by_role("button", name="Beantwoorden Borne").click()
    expect(hengelo.locator("main")).to_contain_text("Alle deelnemers lezen het")
    shot(hengelo, "2-answered")

    borne.goto(f"{lot}/reserveren")
    borne.get_by_label("Hoeveel wilt u reserveren?").fill("100")
    borne.get_by_role("button", name="Reserveren").click()
    borne.wait_for_url(re.compile(r"/reserveringen/\d+"))
    borne.get_by_label("Schrijf aan Hengelo").fill("Hier moeten ze heen.")
    borne.get_by_label("Foto bij uw bericht").set_input_files({"name": "plek.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    borne.get_by_role("button", name="Stuur").click()
    expect(borne.locator(".mp-talk__own")).to_contain_text("Hier moeten ze heen.")
    expect(borne.locator(".mp-talk__own img")).to_be_visible()
    shot(borne, "3-sent")

    run_all(site.app, clock.now())
    mail.goto(mailed_link(site, HENGELO))
    expect(mail.locator("main")).to_contain_text("Hier moeten ze heen.")
    mail.get_by_label("Schrijf aan Borne").fill("Dat past.")
    mail.get_by_role("button", name="Stuur").click()
    expect(mail.locator("main")).to_contain_text("Uw bericht is verstuurd.")
    shot(mail, "4-from-the-mail")

    borne.reload()
    expect(borne.locator(".mp-talk__list")).to_contain_text("Dat past.")
