"""The same words find the same things on both databases."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.kernel.text import fts5_query, search_prefixes, search_text, tsquery

SHELF = {
    1: "Rode betonklinkers fietspad, 8 cm",
    2: "Straatbakstenen waalformaat, historische kern",
    3: "Trottoirband 13/15x25 cm",
    4: "Lichtmast staal verzinkt 6 m",
    5: "Azobé planken, 80 cm; or NOT and 1e5 x@y.nl https://a.nl/-b 3.14 -7",
    6: "Keien van graniet (kinderkoppen)",
}


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("klinkers", [1]),
        ("betonklinker 8", [1]),
        ("bakstenen", [2]),
        ("bakst", [2]),
        ("band 13/15", [3]),
        ("15x25", [3]),
        ("masten", [4]),
        ("AZOBÉ plank", [5]),
        ("80", [5]),
        ("1e5", [5]),
        ("3,14", [5]),
        ("not or", [5]),
        ("kei van graniet", [6]),
        ("cm", [1, 3, 5]),
        ("8", [1]),
        ("lantaarn", []),
    ],
)
def test_the_same_words_find_the_same_things(session: Session, typed: str, numbers: list[int]) -> None:
    prefixes = search_prefixes(typed)
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("CREATE VIRTUAL TABLE temp.shelf USING fts5(words, tokenize='unicode61')"))
        insert = text("INSERT INTO shelf (rowid, words) VALUES (:id, :words)")
        ask = text("SELECT rowid FROM shelf WHERE shelf MATCH :query ORDER BY rowid").bindparams(query=fts5_query(prefixes))
    else:
        session.execute(text("CREATE TEMP TABLE shelf (id integer, words text)"))
        insert = text("INSERT INTO shelf VALUES (:id, :words)")
        where = "to_tsvector('simple', words) @@ to_tsquery('simple', :query)"
        ask = text(f"SELECT id FROM shelf WHERE {where} ORDER BY id").bindparams(query=tsquery(prefixes))
    for number, words in SHELF.items():
        session.execute(insert, {"id": number, "words": search_text(words)})
    assert list(session.scalars(ask)) == numbers
