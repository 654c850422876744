"""The page of components: there for people who build the site, not for the public of a production site."""

from pathlib import Path

from flask.testing import FlaskClient

from tests.databases import settings


def test_every_component_stands_on_one_page(client: FlaskClient) -> None:
    page = client.get("/stijl").text
    for part in (
        "mp-card",
        "mp-badge--stop",
        "mp-table",
        "mp-fall",
        "mp-stage",
        "mp-pages",
        "mp-empty",
        "mp-summary",
        "mp-choice",
        "mp-drop",
    ):
        assert part in page


def test_in_production_the_public_does_not_see_it(database_url: str, instance: Path) -> None:
    from marketplace.app import create_app

    production = settings(
        database_url,
        instance,
        app_env="production",
        base_url="https://bank.example",
        trusted_hosts=("bank.example",),
        secret_key="x1y2z3w4" * 5,
    )
    app = create_app(production)
    assert app.test_client().get("/stijl", base_url="https://bank.example").status_code == 404
    app.extensions["database"].dispose()
