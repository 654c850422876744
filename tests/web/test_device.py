"""The site on a home screen: a manifest in both languages whose icons are there in the size that they say."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image


@pytest.mark.parametrize(("prefix", "name", "start"), [("", "Materialenbank", "/"), ("/en", "Materials bank", "/en/")])
def test_the_manifest_speaks_the_language_of_the_page(client: FlaskClient, prefix: str, name: str, start: str) -> None:
    page = client.get(f"{prefix}/").text
    assert f'<link rel="manifest" href="{start}app.webmanifest">' in page
    answer = client.get(f"{prefix}/app.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    assert answer.json is not None
    assert (answer.json["short_name"], answer.json["start_url"], answer.json["display"]) == (name, start, "standalone")
    assert answer.json["lang"] == (prefix.strip("/") or "nl")


def test_its_icons_are_pictures_of_the_size_that_they_say(client: FlaskClient) -> None:
    told = client.get("/app.webmanifest").json
    assert told is not None
    sizes = {(icon["sizes"], icon["purpose"]) for icon in told["icons"]}
    assert sizes == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for icon in told["icons"]:
        with client.get(icon["src"]) as answer:
            drawn = Image.open(BytesIO(answer.data))
        assert (f"{drawn.width}x{drawn.height}", answer.mimetype) == (icon["sizes"], "image/png")
        if icon["purpose"] == "maskable":  # a launcher cuts it to its own shape: it is filled to its corners
            assert drawn.convert("RGBA").getpixel((0, 0)) == (0x17, 0x59, 0x4A, 255)


def test_its_shortcuts_lead_to_pages(client: FlaskClient) -> None:
    told = client.get("/app.webmanifest").json
    assert told is not None
    assert {client.get(shortcut["url"]).status_code for shortcut in told["shortcuts"]} <= {200, 303}
