"""The command that brings the catalogues up to date with the source."""

from pathlib import Path

import pytest

from marketplace.cli.translations import catalogue_of, extract, missing, read, update

LISTINGS = """
from marketplace.kernel.language import _, ngettext

withdrawn = _("This listing was withdrawn.")
left = ngettext("One is left.", "%(num)s are left.", 2)
"""
PAGE = """
{% trans %}This listing was withdrawn.{% endtrans %}
{% trans %}Withdraw{% endtrans %}
"""
OLD = """
msgid "This listing was withdrawn."
msgstr "Deze partij is ingetrokken."

msgid "Nobody says this any more."
msgstr "Dit zegt niemand meer."

#, fuzzy
msgid "Withdraw"
msgstr "Inpakken"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A house with one room, one area of the site with one page, and one catalogue that is named after an issue."""
    for name, text in {
        "marketplace/market/rules.py": LISTINGS,
        "marketplace/web/listings/views.py": '"""No sentence."""\n',
        "templates/listings/show.html": PAGE,
        "translations/nl/issue_12.po": OLD,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_sentence_moves_to_the_catalogue_of_its_package_with_its_translation(project: Path) -> None:
    update("nl", extract(project), project, project / "translations")
    catalogues = read(project / "translations", "nl")
    assert {
        name: {message.id: message.string for message in catalogue if message.id} for name, catalogue in catalogues.items()
    } == {
        "market": {
            "This listing was withdrawn.": "Deze partij is ingetrokken.",
            ("One is left.", "%(num)s are left."): ("", ""),
        },
        "web_listings": {"Withdraw": "Inpakken"},
    }


def test_what_is_new_and_what_is_a_guess_are_named_as_missing_with_their_place(project: Path) -> None:
    sentences = extract(project)
    catalogues = update("nl", sentences, project, project / "translations")
    assert [(sentence.key, sentence.file, sentence.line) for sentence in missing(sentences, catalogues)] == [
        ("One is left.", "marketplace/market/rules.py", 5),
        ("Withdraw", "templates/listings/show.html", 3),
    ]


def test_a_second_run_changes_no_byte(project: Path) -> None:
    folder = project / "translations"
    update("nl", extract(project), project, folder)
    first = {path.name: path.read_bytes() for path in (folder / "nl").iterdir()}
    update("nl", extract(project), project, folder)
    assert {path.name: path.read_bytes() for path in (folder / "nl").iterdir()} == first


@pytest.mark.parametrize(
    ("file", "catalogue"),
    [
        ("marketplace/exchange/actions/reserve.py", "exchange"),
        ("marketplace/api/routes/listings.py", "api"),
        ("marketplace/web/listings/views.py", "web_listings"),
        ("templates/listings/show.html", "web_listings"),
        ("templates/base.html", "web_ui"),
        ("templates/macros/form.html", "web_ui"),
        ("templates/errors/error.html", "web_ui"),
        ("templates/api/documentation.html", "api"),
        ("templates/mail/letter.txt", "notices"),
    ],
)
def test_a_catalogue_is_named_after_the_package_of_the_source(file: str, catalogue: str) -> None:
    assert catalogue_of(file) == catalogue
