"""Programs made from the document by two generators live scenario 1 of docs/domain.md, and the document keeps the Design Rules."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from config import Config
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.clients import node
from tests.factories import KEI, make_actor, make_token
from tests.journeys.sites import running
from tests.visitors import picture

PREFIX = "/api/v1"
RULES = node.HERE / "adr.yaml"
GENERATOR = """
content_type_overrides:
  application/pdf: application/octet-stream
  image/webp: application/octet-stream
  application/x-ndjson: application/octet-stream
  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: application/octet-stream
post_hooks: []
"""


@dataclass(frozen=True)
class Bank:
    """A running bank, its document in a file, and the tokens of a project leader of Hengelo and one of Borne."""

    address: str
    document: Path
    hengelo: str
    borne: str


@pytest.fixture
def bank(config: Config, database: Database, tmp_path: Path) -> Iterator[Bank]:
    with database.transaction() as session:
        hengelo, borne = (make_token(session, make_actor(session, slug), name="program") for slug in ("hengelo", "borne"))
    with running(config) as site:
        document = tmp_path / "openapi.json"
        document.write_bytes(site.client().get(f"{PREFIX}/openapi.json?lang=en").data)
        yield Bank(site.url + PREFIX, document, hengelo, borne)


def lint(document: dict[str, Any], folder: Path) -> set[str]:
    """The rules that a document breaks."""
    file = folder / "linted.json"
    file.write_text(json.dumps(document))
    result = node.run("@stoplight/spectral-cli/dist/index.js", "lint", "--quiet", "--ruleset", RULES, "--format", "json", file)
    assert result.returncode in (0, 1), result.stderr
    return {fault["code"] for fault in json.JSONDecoder().raw_decode(result.stdout)[0]}


@pytest.mark.slow
def test_a_program_in_typescript_lives_scenario_1_and_the_document_keeps_the_design_rules(bank: Bank, tmp_path: Path) -> None:
    node.install()
    document = json.loads(bank.document.read_text())
    assert lint(document, tmp_path) == set()
    assert lint(spoiled(document), tmp_path) >= {"adr-contact", "adr-kebab-case", "adr-version-header", "adr-unreadable-input"}

    for name in ("scenario.ts", "tsconfig.json", "package.json"):
        shutil.copy(node.HERE / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(node.PACKAGES)
    (tmp_path / "keien.jpg").write_bytes(picture())
    made = node.run("openapi-typescript/bin/cli.js", bank.document, "--output", "api.d.ts", where=tmp_path)
    assert made.returncode == 0, made.stderr
    checked = node.run("typescript/bin/tsc", where=tmp_path)
    assert checked.returncode == 0, checked.stdout
    lived = node.run(tmp_path / "scenario.ts", bank.address, bank.hengelo, bank.borne, "keien.jpg", where=tmp_path)
    assert (lived.returncode, lived.stdout) == (0, "scenario 1 holds\n"), lived.stderr


def spoiled(document: dict[str, Any]) -> dict[str, Any]:
    """The same with four rules broken, to see that the linter looks."""
    broken: dict[str, Any] = json.loads(json.dumps(document))
    del broken["info"]["contact"]["email"]
    listings = broken["paths"]["/Listings"] = broken["paths"].pop("/listings")
    del listings["get"]["responses"]["200"]["headers"]
    del listings["get"]["responses"]["400"]
    return broken


@pytest.mark.slow
def test_a_program_in_python_lives_scenario_1(bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "generator.yaml").write_text(GENERATOR)
    arguments = ["--path", bank.document, "--meta", "none", "--config", "generator.yaml", "--fail-on-warning"]
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", *map(str, arguments), "--output-path", "bank_client"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(tmp_path)
    client = made_module("client").AuthenticatedClient
    with client(bank.address, token=bank.hengelo) as hengelo, client(bank.address, token=bank.borne) as borne:
        live_scenario_1(hengelo, borne)


def live_scenario_1(hengelo: Any, borne: Any) -> None:
    models, types, today = made_module("models"), made_module("types"), clock.today()

    def ask(who: Any, operation: str, *arguments: Any, **more: Any) -> Any:
        answer = made_module(f"api.{operation}").sync(*arguments, client=who, **more)
        assert not isinstance(answer, models.Problem), answer
        return answer

    offered = models.ListingBody(
        title="Keiformaat van de Brink",
        material=KEI,
        quantity="1200",
        unit=models.ListingBodyUnit.M2,
        condition=models.ListingBodyCondition.GOOD,
        available_from=today - timedelta(days=7),
        available_until=today + timedelta(days=30),
        place="Hengelo",
    )
    listing = ask(hengelo, "listings.create_listing", body=offered)
    photo = types.File(payload=BytesIO(picture()), file_name="keien.jpg", mime_type="image/jpeg")
    ask(hengelo, "listings.add_photo", listing.id, body=models.AddPhotoBody(photo=photo, alt="Een stapel keien"))
    declared = models.AddPaperBody(
        file=types.File(payload=BytesIO(picture()), file_name="keuring.jpg", mime_type="image/jpeg"),
        kind="batch-inspection",
        number="P-12",
        issuer="Keurlab Oost",
        issued_on=today - timedelta(days=30),
    )
    ask(hengelo, "listings.add_paper", listing.id, body=declared)
    assert ask(hengelo, "listings.publish_listing", listing.id).status == "published"

    needed = models.DemandBody(
        title="Keien voor het parkeerhof",
        material=KEI,
        quantity=800,
        unit=models.DemandBodyUnit.M2,
        min_condition=models.DemandBodyMinCondition.FAIR,
        needed_from=today,
        needed_until=today + timedelta(days=60),
        place="Borne",
        max_distance_km=15,
    )
    demand = ask(borne, "demands.create_demand", body=needed)
    (match,) = ask(borne, "demands.list_demand_matches", demand.id).items
    assert match.listing.id == listing.id and match.tonne_km and match.reasons
    page = ask(borne, "listings.list_listings", material=[KEI], place="Borne", radius_km=15)
    assert [item.id for item in page.items] == [listing.id]

    wanted = models.ReservationBody(quantity=800, unit=models.ReservationBodyUnit.M2, demand_id=demand.id)
    reservation = ask(borne, "reservations.create_reservation", listing.id, body=wanted)
    assert ask(hengelo, "reservations.approve_reservation", reservation.id, body=models.ApproveBody()).status == "approved"
    measured = models.HandoverBody(quantity="800")
    assert ask(hengelo, "reservations.hand_over_reservation", reservation.id, body=measured).status == "handed_over"
    assert ask(borne, "reservations.confirm_reservation", reservation.id, body=models.ReceiptBody()).status == "completed"

    assert ask(borne, "listings.get_listing", listing.id).available == "400"
    (row,) = ask(borne, "figures.list_exchanges").items
    assert (row.from_organisation.slug, row.to_organisation.slug, row.quantity) == ("hengelo", "borne", "800")


def made_module(name: str) -> ModuleType:
    """A module of the client that was made just now."""
    return importlib.import_module(f"bank_client.{name}")
