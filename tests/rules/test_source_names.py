"""Every source that a page names, named in words and not by its code."""

import csv

import pytest

from config import PROJECT
from marketplace.http.sources import source_name
from marketplace.kernel.language import reading_in
from marketplace.materials.rules.taxonomy import UNCITED

DATA = PROJECT / "marketplace" / "data"


def codes_in(name: str) -> list[str]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return sorted({row["bron"] for row in csv.DictReader(file)} - {*UNCITED, "regel van dit bestand"})


@pytest.mark.parametrize("name", ["gates.csv", "gevaren.csv", "notifications.csv"])
@pytest.mark.parametrize("locale", ["nl", "en"])
def test_every_source_of_a_rule_or_a_duty_has_a_name(name: str, locale: str) -> None:
    codes = codes_in(name)
    assert codes
    with reading_in(locale):
        assert [code for code in codes if any(part in source_name(code) for part in code.split(";"))] == []


def test_sources_stand_beside_each_other_and_an_unknown_one_stays() -> None:
    with reading_in("en"):
        assert source_name("SIKB-GROND;NIEUW-1") == "SIKB, on soil and building materials (sikb.nl); NIEUW-1"
