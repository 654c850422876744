"""What may stand in the description of an organisation, and in a request to join."""

import contextlib
from dataclasses import replace

import pytest

from marketplace.accounts.rules import organisations
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.accounts.rules.organisations import (
    JoinDraft,
    OrganisationDraft,
    SubKind,
    check_join,
    check_organisation,
    slug_of,
)
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point

BOARD = OrganisationDraft(
    "Waterschap Vechtstromen", OrganisationKind.PARTNER, "Almelo", Point(52.35, 6.66), sub_kind=SubKind.WATER_BOARD
)
SERVICE = replace(BOARD, name="Omgevingsdienst", kind=OrganisationKind.ADVISER, sub_kind=None)
TOWN = replace(BOARD, name="Hengelo", kind=OrganisationKind.MUNICIPALITY, sub_kind=None, code="gm0164")
ASKER = JoinDraft("Vechtstromen", SubKind.WATER_BOARD, "Almelo", "Jan Jansen", "Jan@Vechtstromen.nl", "Graag")


def refused(draft: OrganisationDraft | JoinDraft) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        check_organisation(draft) if isinstance(draft, OrganisationDraft) else check_join(draft)
    return [error.field for error in refusal.value.errors]


def test_an_organisation_is_cleaned() -> None:
    board = check_organisation(replace(BOARD, email_domain="@Vechtstromen.NL"))
    assert (board.slug, board.code, board.email_domain) == ("waterschap-vechtstromen", "", "vechtstromen.nl")
    assert (check_organisation(TOWN).slug, check_organisation(TOWN).code) == ("hengelo", "GM0164")
    assert check_organisation(replace(BOARD, slug="wsv-2")).slug == "wsv-2"
    assert check_organisation(replace(SERVICE, alert_email=" Meldpunt@ODT.nl ")).alert_email == "meldpunt@odt.nl"
    assert check_organisation(replace(BOARD, alert_email=" ")).alert_email == ""


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (replace(BOARD, name=" "), ["name"]),
        (replace(BOARD, name="x" * 121), ["name"]),
        (replace(BOARD, main_place=""), ["main_place"]),
        (replace(BOARD, main_place="x" * 81), ["main_place"]),
        (replace(BOARD, slug="x" * 61), ["slug"]),
        (replace(BOARD, slug="Hengelo"), ["slug"]),
        (replace(BOARD, slug="a--b"), ["slug"]),
        (replace(BOARD, email_domain="vechtstromen"), ["email_domain"]),
        (replace(BOARD, email_domain="-b.nl"), ["email_domain"]),
        (replace(BOARD, sub_kind=None), ["sub_kind"]),
        (replace(TOWN, sub_kind=SubKind.PROVINCE), ["sub_kind"]),
        (replace(BOARD, code="GM0164"), ["code"]),
        (replace(TOWN, code=""), ["code"]),
        (replace(TOWN, code="GM164"), ["code"]),
        (replace(TOWN, name="", main_place="", code="x"), ["name", "main_place", "code"]),
        (replace(SERVICE, alert_email="meldpunt"), ["alert_email"]),
        (replace(SERVICE, alert_email=f"{'x' * 65}@odt.nl"), ["alert_email"]),
        (replace(BOARD, alert_email="meldpunt@odt.nl"), ["alert_email"]),
        (replace(TOWN, alert_email="meldpunt@odt.nl"), ["alert_email"]),
        (replace(ASKER, organisation=""), ["organisation"]),
        (replace(ASKER, email="geen adres"), ["email"]),
        (replace(ASKER, message="x" * 1001, place=""), ["place", "message"]),
    ],
)
def test_everything_that_is_wrong_is_said_at_its_field(draft: OrganisationDraft | JoinDraft, fields: list[str]) -> None:
    assert refused(draft) == fields


def test_what_just_fits_is_kept() -> None:
    assert len(check_organisation(replace(BOARD, slug="x" * 60, main_place="x" * 80)).slug) == 60
    assert check_join(replace(ASKER, message="x" * 1000)).email == "jan@vechtstromen.nl"


def test_a_short_name_follows_from_a_long_one() -> None:
    assert slug_of("Provincie Overijssel (Zwolle)") == "provincie-overijssel-zwolle"
    assert slug_of("é" * 59 + " b") == "e" * 59
    with pytest.raises(Invalid):
        slug_of("…")


def test_a_request_is_declined_with_a_reason() -> None:
    assert organisations.clean_reason(" Buiten\nde regio ") == "Buiten\nde regio"
    for reason in ("", "x" * 1001):
        with pytest.raises(Invalid):
            organisations.clean_reason(reason)


def test_there_is_one_region_and_only_partners_and_advisers_close() -> None:
    closes, makes = [], []
    for kind in OrganisationKind:
        for check, into in ((organisations.check_closable, closes), (organisations.check_makeable, makes)):
            with contextlib.suppress(Conflict):
                check(kind)
                into.append(kind.value)
    assert sorted(closes) == ["adviser", "partner"]
    assert sorted(makes) == ["adviser", "municipality", "partner"]


def test_a_partner_chooses_its_sort_and_another_has_none() -> None:
    for draft, words in ((replace(BOARD, sub_kind=None), "Kies wat voor"), (replace(TOWN, sub_kind=SubKind.PROVINCE), "leeg")):
        with pytest.raises(Invalid, match=words):
            organisations.check_organisation(draft)
