"""The columns of one process and database.

Brought up to date before every question by what has changed since the last one.


The database notes by trigger which listings changed in a column that is held here, and numbers these notes when the catalogue's counter moves, which is
the last write of a transaction and waits for every other. So whoever sees a number sees every lower one; a note that is still `UNNUMBERED` is read each time.
A session that writes sees its own changes too, in columns of its own, and nobody else sees them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from marketplace.catalogue.queries.columns import Columns
from marketplace.kernel.spelling import Vocabulary
from marketplace.kernel.text import fts5_query, tsquery
from marketplace.market.models import UNNUMBERED

WORDS_KEPT = 64
BATCH = 50_000
MANY = 2_000  # changed listings: so many that words are rather asked again
_FIELDS = """status, material_id, condition, organisation_id, public_lat, public_lon, public_x_m, public_y_m, public_z_m,
    available_from, available_until, region_from, confirmed_on, COALESCE(published_at, created_at), fields, planned"""
_REVISION = "SELECT COALESCE(max(revision), 0) FROM listing_change WHERE revision < :unnumbered"
_NEWEST = text(_REVISION).bindparams(unnumbered=UNNUMBERED)
_ALL = text(f"SELECT id, {_FIELDS} FROM listing WHERE id > :after ORDER BY id LIMIT :most")  # noqa: S608  nobody's words
_LAST = text("SELECT max(revision) FROM listing_change")  # asked whether there is a higher one, PostgreSQL soon reads them all
_CHANGED = text(
    f"SELECT c.listing_id, {_FIELDS}, title, search_text, ({_REVISION}) "  # noqa: S608
    "FROM listing_change c LEFT JOIN listing ON listing.id = c.listing_id WHERE c.revision > :revision"
).bindparams(unnumbered=UNNUMBERED)
_TITLES = text("SELECT DISTINCT title FROM listing WHERE status = 'published'")
_HOLDING = {
    "sqlite": text("SELECT group_concat(rowid) FROM listing_fts WHERE listing_fts MATCH :words"),
    "postgresql": text(
        "SELECT string_agg(CAST(id AS text), ',') FROM listing WHERE search_vector @@ to_tsquery('simple', :words)"
    ),
}


@dataclass
class _Memory:
    """What a process knows of one database, up to a revision. `lock` is held as long as anybody looks into the columns."""

    columns: Columns | None = None
    revision: int = 0
    titles: Vocabulary | None = None  # of what was ever on offer since somebody first mistyped
    lock: RLock = field(default_factory=RLock)


_memories: WeakKeyDictionary[Any, _Memory] = WeakKeyDictionary()
_finding = RLock()


@contextmanager
def up_to_date(session: Session, words: Sequence[str] = ()) -> Iterator[Columns]:
    """The columns as this session sees the listings, or newer, with these words among theirs."""
    engine, memory = session.get_bind().engine, _memory_of(session)
    with memory.lock:
        if not session.info.get("write", True):
            columns = _follow(memory, session.connection())
        else:
            with engine.execution_options(write=False).connect() as connection:
                columns = _follow(memory, connection)
            if own := _changes(session.connection(), memory.revision):
                columns = columns.copy()
                _apply(columns, own)
        outdated = _find_words(memory, columns, session.connection(), words)
        yield columns
        for word in (*outdated, *list(columns.words)[:-WORDS_KEPT]):
            columns.words.pop(word, None)


def list_answers(session: Session, ids: Sequence[int], slugs: Iterable[str]) -> list[list[str | None]]:
    """What the owners of these listings say of each of these fields.

    None where nobody said it or knows it.
    """
    with up_to_date(session) as columns:
        sets = columns.answer_sets_of(np.array(ids, np.intp))
        return [columns.answers.words(slug, sets) for slug in slugs]


def _memory_of(session: Session) -> _Memory:
    with _finding:
        return _memories.setdefault(session.get_bind().engine.pool, _Memory())


@contextmanager
def title_words(session: Session) -> Iterator[Vocabulary]:
    """The words in the titles of what is on offer, and some of what was. A reader is told none that stands on no lot in sight."""
    memory = _memory_of(session)
    with memory.lock:
        if memory.titles is None:
            memory.titles = Vocabulary(session.connection().scalars(_TITLES))
        yield memory.titles


def _follow(memory: _Memory, connection: Connection) -> Columns:
    """Bring the columns up to what this connection sees. One that looks at an older moment changes nothing."""
    if memory.columns is None:
        memory.revision = connection.scalar(_NEWEST) or 0
        memory.columns = _load(connection)
        return memory.columns
    changes = _changes(connection, memory.revision)
    if changes and changes[0][-1] >= memory.revision:
        _apply(memory.columns, changes)
        if memory.titles is not None:
            for row in changes:
                memory.titles.add(row[-3] or "")
        memory.revision = changes[0][-1]
    return memory.columns


def _load(connection: Connection) -> Columns:
    columns, after = Columns(), 0
    while rows := connection.execute(_ALL, {"after": after, "most": BATCH}).all():
        columns.put(rows)
        after = rows[-1][0]
    columns.answers.take_all()
    return columns


def _changes(connection: Connection, revision: int) -> Sequence[Sequence[Any]]:
    """What changed since a revision. Most often nothing has, which one small question says."""
    if (connection.scalar(_LAST) or 0) <= revision:
        return ()
    return connection.execute(_CHANGED, {"revision": revision}).all()


def _apply(columns: Columns, changes: Sequence[Sequence[Any]]) -> None:
    columns.put([row[:-3] for row in changes])
    if len(changes) > MANY:
        columns.words.clear()
    for word, holding in columns.words.items():
        sought = f" {word} " if word.isdigit() else f" {word}"  # a number stands alone, a word begins so
        for row in changes:
            holding[row[0]] = row[-2] is not None and sought in f" {row[-2]} "


def _find_words(memory: _Memory, columns: Columns, connection: Connection, words: Sequence[str]) -> list[str]:
    """Ask the full-text index for the words that are not known yet. Those that an older moment told are returned: they are not to be kept."""
    dialect, new_words = connection.dialect.name, []
    for word in words:
        if word in columns.words:
            columns.words[word] = columns.words.pop(word)  # used last, leaves last
            continue
        query = fts5_query([word]) if dialect == "sqlite" else tsquery([word])
        holding = connection.scalar(_HOLDING[dialect], {"words": query})
        columns.keep_word(word, np.fromstring(holding or "", np.intp, sep=","))
        new_words.append(word)
    return new_words if new_words and (connection.scalar(_NEWEST) or 0) < memory.revision else []
