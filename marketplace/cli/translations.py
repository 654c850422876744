"""`translations`: bring the catalogues up to date with the sentences in the source.

It names what still lacks a translation.

A catalogue is named after the package of the source: `exchange.po` for a room, `api.po` for a door, `web_listings.po` for an area
of the site with its templates, `web_ui.po` for what the areas share. A sentence that stands in several files belongs to the
first, in the order of their paths.
"""

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from flask import Flask

from config import PROJECT
from marketplace.kernel.language import CATALOGUES, TRANSLATED_TO

Ids = str | tuple[str, ...]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
EXTRACTORS: tuple[tuple[str, str, tuple[str, ...], dict[str, str]], ...] = (
    ("marketplace", "python", (".py",), {}),
    ("templates", "jinja2.ext:babel_extract", (".html", ".txt", ".xml"), {"trimmed": "true", "silent": "false"}),
)
BESIDE_THE_AREAS = {"api": "api", "mail": "notices"}  # folders of templates that are no area of the site; the others are shared
DOCUMENT = "marketplace/api/document.py"
HEADER = """\
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


@dataclass(frozen=True)
class Sentence:
    """A marked sentence, singular and plural where it has both, and the place where it stands."""

    ids: Ids
    file: str
    line: int

    @property
    def key(self) -> str:
        return self.ids if isinstance(self.ids, str) else self.ids[0]


def extract(project: Path = PROJECT) -> list[Sentence]:
    """Every marked sentence of the source, in the order of the paths. Behind them what the document of the API says."""
    of_the_document = _of_the_document() if project == PROJECT else []
    return [
        Sentence(ids, str(path.relative_to(project)), line)
        for folder, method, suffixes, options in EXTRACTORS
        for path in sorted((project / folder).rglob("*"))
        if path.suffix in suffixes
        for line, ids, _comments, _context in extract_from_file(method, path, keywords=KEYWORDS, options=options)
        if ids
    ] + of_the_document


def _of_the_document() -> list[Sentence]:
    """Its sentences are docstrings of views and meanings of properties, which nobody marks."""
    from marketplace.api import load
    from marketplace.api.document import sentences

    load()
    return [Sentence(sentence, DOCUMENT, 1) for sentence in dict.fromkeys(sentences())]


def catalogue_of(file: str, project: Path = PROJECT) -> str:
    """The name of the catalogue for the sentences of a file."""
    top, *folders, name = Path(file).parts
    if not folders:
        return "web_ui" if top == "templates" else Path(name).stem
    if top == "templates":
        is_area = (project / "marketplace" / "web" / folders[0]).is_dir()
        return f"web_{folders[0]}" if is_area else BESIDE_THE_AREAS.get(folders[0], "web_ui")
    return "_".join(folders[:2]) if folders[0] == "web" else folders[0]


def read(folder: Path, locale: str) -> dict[str, Catalog]:
    """The catalogues of a locale by name, as they are on the disk."""
    catalogues = {}
    for path in sorted((folder / locale).glob("*.po")):
        with path.open("rb") as file:
            catalogues[path.stem] = read_po(file, locale=locale, abort_invalid=True)
    return catalogues


def arrange(
    sentences: list[Sentence], translated: dict[str, Catalog], locale: str, project: Path = PROJECT
) -> dict[str, Catalog]:
    """Arrange each sentence in its own catalogue, with the translation that it has in any."""
    translations: Catalog = Catalog(locale=locale)
    for catalogue in translated.values():
        for message in catalogue:
            if message.id:
                translations[message.id] = message
    places: dict[str, str] = {}
    messages: Catalog = Catalog(locale=locale)  # a sentence that has a plural anywhere has it in its catalogue
    for sentence in sentences:
        places.setdefault(sentence.key, catalogue_of(sentence.file, project))
        messages[sentence.ids] = Message(sentence.ids)
    arranged: dict[str, Catalog] = {}
    for message in messages:
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        had = translations.get(key)
        home = arranged.setdefault(places[key], Catalog(locale=locale))
        if had is not None and isinstance(had.id, str) == isinstance(message.id, str):
            home[message.id] = Message(message.id, had.string, flags=had.flags, user_comments=had.user_comments)
        else:
            home[message.id] = message
    return arranged


def write(catalogue: Catalog) -> bytes:
    """Write a catalogue as a file: sorted, a line a sentence, and without places. Places would change with every edit."""
    body = io.BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, no_location=True, sort_output=True)
    header = HEADER.format(locale=catalogue.locale, plural_forms=catalogue.plural_forms)
    return (header + body.getvalue().decode().strip() + "\n").encode()


def is_translated(message: Message) -> bool:
    """Whether every form of a sentence has a translation, and none is a guess."""
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(forms) and not message.fuzzy


def missing(sentences: list[Sentence], catalogues: dict[str, Catalog]) -> list[Sentence]:
    """The sentences without a translation, each with the first place where it stands."""
    translated = {
        message.id if isinstance(message.id, str) else message.id[0]
        for catalogue in catalogues.values()
        for message in catalogue
        if is_translated(message)
    }
    first: dict[str, Sentence] = {}
    for sentence in sentences:
        first.setdefault(sentence.key, sentence)
    return [sentence for key, sentence in first.items() if key not in translated]


def update(locale: str, sentences: list[Sentence], project: Path = PROJECT, folder: Path = CATALOGUES) -> dict[str, Catalog]:
    """Write the catalogues of a locale anew; a catalogue that is left empty goes."""
    before = read(folder, locale)
    after = arrange(sentences, before, locale, project)
    (folder / locale).mkdir(parents=True, exist_ok=True)
    for name in before.keys() - after.keys():
        (folder / locale / f"{name}.po").unlink()
    for name, catalogue in after.items():
        (folder / locale / f"{name}.po").write_bytes(write(catalogue))
    return after


@click.command("translations")
def translations_command() -> None:
    """Bring the catalogues up to date with the source. Name what has no translation yet and exit with 1."""
    sentences = extract()
    wanting = 0
    for locale in TRANSLATED_TO:
        catalogues = update(locale, sentences)
        untranslated = missing(sentences, catalogues)
        wanting += len(untranslated)
        total = sum(map(len, catalogues.values()))
        click.echo(f"{locale}: {total} sentences in {len(catalogues)} catalogues, {len(untranslated)} without a translation.")
        for sentence in untranslated:
            click.echo(f"  {catalogue_of(sentence.file)}.po: {sentence.key!r} ({sentence.file}:{sentence.line})")
    if wanting:
        sys.exit(1)


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(translations_command)
