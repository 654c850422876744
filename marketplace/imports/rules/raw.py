"""A post of a RAW contract: what its marks H and R say of the material that comes free.

RAW (the Dutch system of contracts for roads and waterworks) knows two marks beside the quantity for information. H: fit for reuse by the client
itself on another work. R: fit for use after recycling, so it is taken away. Neither is meant for what becomes the contractor's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marketplace.imports.rules.columns import FAULT_SENTENCES, Column, plain_name
from marketplace.imports.rules.lots import KnownLot, content_of
from marketplace.imports.rules.tables import Faults, Record, Table, TableName, fill_in
from marketplace.kernel.dates import parse_date
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import check_length, quoted
from marketplace.kernel.units import Amount, Quantity, read_unit
from marketplace.market.rules.listing import (
    CERTAINTY_LABELS,
    CONDITION_LABELS,
    OFFER_KG_MAX,
    TITLE_LENGTH_MAX,
    Certainty,
    Condition,
    ListingDraft,
    Location,
    QuantityBasis,
    find_mass_faults,
    taken,
)
from marketplace.market.rules.values import check_listing
from marketplace.materials.rules.taxonomy import Material

POSTS_MAX = 5000  # rows of one sheet: most become nothing
CONTRACT_LENGTH_MAX, POST_LENGTH_MAX = 60, 40
ONCE = (
    "contract",
    "place",
    "earliest",
    "latest",
    "certainty",
    "condition",
)  # what is said once, for every post that does not say it itself

# fmt: off
RAW = Table(
    TableName.RAW,
    _("RAW contract"),
    _("The posts of a RAW contract. H becomes a planned lot for your own organisation, R an estimate of what leaves; the rest is passed over."),
    (
        Column("number", _("Number of the post"), _("as the contract has it"), ("nummer van de post", "number of the post", "bestekspostnummer",
               "bestekspost nummer", "bestekspost", "postnummer", "post", "post nr", "postnr", "besteknummer post", "nummer"), True,
               examples=("210310", "210320", "210330", "110010")),
        Column("description", _("Description"), _("what the post is; with “De aannemer wordt eigenaar” it is not taken"), ("omschrijving", "description",
               "omschrijving van de post", "bestekspostomschrijving", "tekst", "werkomschrijving"), True,
               examples=("Opbreken betonstraatstenen keiformaat", "Opbreken asfaltverharding, afvoeren naar verwerker",
                         "Opbreken trottoirbanden. De aannemer wordt eigenaar van de vrijgekomen materialen.", "Inrichten werkterrein")),
        Column("unit", _("Unit"), _("pieces, m, m², m³, tonnes or kg"), ("eenheid", "unit", "eh"), True, examples=("m²", "ton", "m", "EUR")),
        Column("quantity", _("Quantity"), _("of the post; counts where none is given for information"), ("hoeveelheid", "quantity", "aantal",
               "hoeveelheid resultaatsverplichting", "resultaatsverplichting", "verrekenbare hoeveelheid"), is_number=True,
               examples=(Decimal(1200), Decimal(310), Decimal(85), Decimal(1))),
        Column("information", _("Quantity for information"), _("with its mark, for example 1200 H"), ("hoeveelheid ter inlichting",
               "quantity for information", "ter inlichting", "hvh ter inlichting"), is_number=True),
        Column("mark", _("Mark"), _("H: reuse by yourselves; R: to a recycler; anything else is passed over"), ("kenmerk", "mark", "h r", "hr", "code h r",
               "kenmerk h r", "soort hoeveelheid"), examples=("H", "R", "H", "")),
        Column("owner", _("Owner of what comes free"), _("what becomes the contractor’s is not taken"), ("eigenaar", "owner of what comes free", "owner",
               "eigendom", "eigenaar vrijgekomen materiaal", "eigenaar van wat vrijkomt")),
        Column("material", _("Material"), _("by its name; empty: by the description, which you explain once"), ("materiaal", "material", "soort materiaal",
               "materiaalsoort", "vrijkomend materiaal"), examples=("Betonstraatsteen keiformaat 8 cm",)),
        Column("contract", _("Number of the contract"), _("by which a post is known again"), ("besteknummer", "number of the contract", "bestek", "contract",
               "contractnummer", "bestek nr")),
        Column("place", _("Place"), _("a place or a postcode where it comes free"), ("plaats", "place", "woonplaats", "postcode", "locatie")),
        Column("earliest", _("Comes free from"), _("the first day on which it can come free"), ("komt vrij vanaf", "comes free from",
               "vroegst vrij", "earliest")),
        Column("latest", _("Comes free until"), _("the last day"), ("komt vrij tot en met", "comes free until", "laatst vrij", "latest")),
        Column("certainty", _("How sure that is"), _("idea, budgeted, tendered or in execution"), ("hoe zeker dat is", "how sure that is", "zekerheid",
               "certainty")),
        Column("condition", _("Condition"), _("new, good, fair or poor, as far as you know"), ("kwaliteit", "condition", "staat", "conditie")),
    ),
    rows_max=POSTS_MAX,
)
# fmt: on
_MARKS = {**dict.fromkeys(("h", "hergebruik", "reuse"), "H"), **dict.fromkeys(("r", "recycling", "recyclen", "recycle"), "R")}
_WITH_MARK = re.compile(r"\s*([A-Za-z]?)\s*((?:[0-9][0-9.,\s]*)?)\s*([A-Za-z]?)\s*")
_CONTRACTORS = re.compile(
    r"aannemer (?:wordt|is) (?:de )?eigenaar|eigendom (?:van )?(?:de )?aannemer|(?:vervalt|vervallen) aan (?:de )?aannemer"
    r"|(?:wordt|worden) eigendom van (?:de )?aannemer|contractor (?:becomes|is) (?:the )?owner|property of the contractor"
)


class Fate(StrEnum):
    """What becomes of a post."""

    LOT = "lot"
    OUTFLOW = "outflow"
    REFUSED = "refused"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class RawWords:
    """What may be typed, folded, what stands there, and how names and places are found.

    `lines`: how much of which posts is taken as outflow already, by contract and number. `twice`: posts that the sheet holds more than once.
    """

    find_material: Callable[[str], Material | None]
    certainties: Mapping[str, str]
    conditions: Mapping[str, str]
    find_place: Callable[[str], Location]
    known_lots: Mapping[str, KnownLot]
    lines: Mapping[tuple[str, str], Amount]
    twice: frozenset[tuple[str, str]]
    once: Mapping[str, str]
    today: date


@dataclass(frozen=True, slots=True)
class Post:
    """A post that can be read. `lacking`: what of it is still to be said once for all posts; `is_known`: the same stands there."""

    fate: Fate
    contract: str = ""
    number: str = ""
    description: str = ""
    material: Material | None = None
    quantity: Quantity | None = None
    mass_kg: Decimal | None = None
    draft: ListingDraft | None = None
    earliest: date | None = None
    latest: date | None = None
    lacking: tuple[str, ...] = ()
    is_known: bool = False

    @property
    def external_id(self) -> str:
        """What its lot is called, so that the post is known again."""
        return f"{self.contract}/{self.number}"


def key_of(record: Record, once: Mapping[str, str]) -> tuple[str, str] | None:
    """By which a post with a mark is known: its contract and its number. None: it has no mark."""
    if find_mark(record) is None or is_contractors(record):
        return None
    return _cell(record, once, "contract"), record.cells.get("number", "")


def find_mark(record: Record) -> str | None:
    """H or R, of the column for it or beside the quantity for information. None: neither."""
    mark = _MARKS.get(plain_name(record.cells.get("mark", "")))
    return mark or _beside(record)[0]


def _beside(record: Record) -> tuple[str | None, str]:
    """The mark beside the quantity for information, and that quantity without it."""
    typed = record.cells.get("information", "")
    match = _WITH_MARK.fullmatch(typed)
    if match is None:
        return None, typed
    letter = match[1] or match[3]
    return _MARKS.get(letter.lower()) if letter else None, match[2].strip()


def is_contractors(record: Record) -> bool:
    """Whether what comes free becomes the contractor's, by its column or its words."""
    owner = plain_name(record.cells.get("owner", ""))
    return (
        "aannemer" in owner or "contractor" in owner or bool(_CONTRACTORS.search(plain_name(record.cells.get("description", ""))))
    )


def named_material(record: Record) -> str:
    """What the post calls its material."""
    return record.cells.get("material", "") or record.cells.get("description", "")


def _cell(record: Record, once: Mapping[str, str], key: str) -> str:
    return record.cells.get(key, "") or once.get(key, "")


def read_post(record: Record, words: RawWords) -> tuple[Post | None, Faults]:
    """One post. What is refused has its sentence and stays out; what has no mark is passed over, whatever else is wrong with it."""
    faults = Faults()
    if is_contractors(record):
        faults.say(
            "owner" if record.cells.get("owner") else "description",
            _("This becomes the property of the contractor, so it is not yours to offer or to count. It is not taken."),
        )
        return Post(Fate.REFUSED), faults
    mark = find_mark(record)
    if mark is None:
        return Post(Fate.IGNORED), faults
    for key, fault in record.faults.items():
        faults.say(key, FAULT_SENTENCES[fault])
    for key in ("number", "description", "unit"):
        if not record.cells.get(key):
            faults.say(key, fill_in(RAW.column(key)))
    if _beside(record)[0] not in (None, mark):
        faults.say("mark", _("The mark here is another one than beside the quantity for information. Say the same in both."))
    contract = faults.attempt("contract", lambda: _short(_cell(record, words.once, "contract"), CONTRACT_LENGTH_MAX, "contract"))
    number = faults.attempt("number", lambda: _short(record.cells.get("number", ""), POST_LENGTH_MAX, "number"))
    if (contract, number) in words.twice:
        faults.say("number", _("This item is in more than one row with an H or an R. Give each part a number of its own."))
    quantity = _quantity(record, faults)
    material = words.find_material(named_material(record))
    if mark == "R":
        return _outflow(record, words, faults, str(contract), str(number), material, quantity)
    return _lot(record, words, faults, str(contract), str(number), material, quantity)


def _short(typed: str, longest: int, key: str) -> str:
    check_length(typed, longest, key)
    return typed


def _quantity(record: Record, faults: Faults) -> Quantity | None:
    """The quantity for information where there is one, else that of the post."""
    beside = _beside(record)[1]
    key = "information" if beside else "quantity"
    if not record.cells.get(key):
        at = next((name for name in ("information", "quantity") if name in record.cells), "number")
        faults.say(at, _("Say how much comes free."))
        return None
    cell = Record({key: beside if key == "information" else record.cells[key]}, notations=record.notations)
    amount = faults.attempt(key, lambda: cell.number(key))
    unit = faults.attempt("unit", lambda: read_unit(record.cells.get("unit", "")))
    if amount is None or unit is None:
        return None
    quantity: Quantity | None = faults.attempt(key, lambda: Quantity(amount, unit))
    return quantity


def _outflow(
    record: Record,
    words: RawWords,
    faults: Faults,
    contract: str,
    number: str,
    material: Material | None,
    quantity: Quantity | None,
) -> tuple[Post | None, Faults]:
    """What is taken away: a line, with its kilograms where the material is certain."""
    earliest, latest = (_day(record, words, faults, key) for key in ("earliest", "latest"))
    stands = words.lines.get((contract, number))
    if quantity is not None and stands is not None and (stands.amount, stands.unit) != (quantity.amount, quantity.unit):
        faults.say(
            "number",
            _("This post is counted already with %(quantity)s. Take that import back first, then load it anew.", quantity=stands),
        )
    if faults.sentences or quantity is None:
        return None, faults
    kg = material.mass_kg(quantity.amount, quantity.unit) if material is not None and material.takes(quantity.unit) else None
    lacking = tuple(key for key in ("contract", "earliest", "latest") if not _cell(record, words.once, key))
    post = Post(
        Fate.OUTFLOW,
        contract,
        number,
        record.cells["description"],
        material,
        quantity,
        kg,
        earliest=earliest,
        latest=latest,
        lacking=lacking,
        is_known=stands is not None,
    )
    return post, faults


def _day(record: Record, words: RawWords, faults: Faults, key: str) -> date | None:
    typed = _cell(record, words.once, key)
    day: date | None = faults.attempt(key, lambda: parse_date(typed, "nl", key)) if typed else None
    return day


def _lot(
    record: Record,
    words: RawWords,
    faults: Faults,
    contract: str,
    number: str,
    material: Material | None,
    quantity: Quantity | None,
) -> tuple[Post | None, Faults]:
    """What the client reuses itself: a planned lot. What is to be said once may still be lacking; the rest is judged already."""
    if material is None:
        name = quoted(named_material(record))
        at = "material" if record.cells.get("material") else "description"
        faults.say(at, _("It is not certain which material “%(name)s” is. Choose it below, once for all rows.", name=name))
    lacking = tuple(key for key in ONCE if not _cell(record, words.once, key))
    earliest, latest = (_day(record, words, faults, key) for key in ("earliest", "latest"))
    certainty, condition, location = Certainty.TENDERED, Condition.GOOD, None
    if "certainty" not in lacking:
        typed = _cell(record, words.once, "certainty")
        certainty = faults.attempt("certainty", lambda: Certainty(_word(typed, words.certainties, CERTAINTY_LABELS, "certainty")))
    if "condition" not in lacking:
        typed = _cell(record, words.once, "condition")
        condition = faults.attempt("condition", lambda: Condition(_word(typed, words.conditions, CONDITION_LABELS, "condition")))
    if "place" not in lacking:
        location = faults.attempt("place", lambda: words.find_place(_cell(record, words.once, "place")))
    if material is None or quantity is None or faults.sentences:
        return None, _at_columns(record, faults)
    draft = ListingDraft(
        title=material.name_nl[:TITLE_LENGTH_MAX],
        material=material.slug,
        quantity=quantity,
        condition=condition,
        available_from=None,
        planned=True,
        earliest=earliest or latest or words.today,
        latest=latest or earliest or words.today,
        certainty=certainty,
        location=location,
        description=record.cells["description"],
        quantity_basis=QuantityBasis.FROM_DRAWING,
        project=f"{contract}, {number}" if contract else number,
    )
    _check(draft, material, words, lacking, faults)
    stored = words.known_lots.get(f"{contract}/{number}") if contract else None
    if stored is not None and stored.content != content_of(draft):
        faults.say("number", taken(f"{contract}/{number}", stored.id).message)
    if faults.sentences:
        return None, _at_columns(record, faults)
    kg = material.mass_kg(quantity.amount, quantity.unit) if material.takes(quantity.unit) else None
    post = Post(
        Fate.LOT,
        contract,
        number,
        record.cells["description"],
        material,
        quantity,
        kg,
        draft=None if lacking else draft,
        earliest=earliest,
        latest=latest,
        lacking=lacking,
        is_known=stored is not None,
    )
    return post, faults


def _check(draft: ListingDraft, material: Material, words: RawWords, lacking: tuple[str, ...], faults: Faults) -> None:
    """Say what the form would say of the draft, but for what is still to be said once."""
    heavy = find_mass_faults(draft.quantity.amount, material.weights_kg.get(draft.quantity.unit), OFFER_KG_MAX)
    try:
        check_listing(draft, units=material.units, hazards=tuple(material.hazard_codes), today=words.today, also=heavy)
    except Invalid as refusal:
        for error in refusal.errors:
            key = error.field or "number"
            if key not in lacking:
                faults.say(key if key in {column.key for column in RAW.columns} else "number", error.message)


def _at_columns(record: Record, faults: Faults) -> Faults:
    """The same sentences, each at a column that the sheet has."""
    moved = Faults()
    for key, sentence in faults.sentences.items():
        moved.say(key if key in record.cells else "number", sentence)
    return moved


def _word(typed: str, words: Mapping[str, str], labels: Mapping[Any, Text], key: str) -> str:
    value = words.get(plain_name(typed))
    if value is None:
        joined = " / ".join(str(label) for label in labels.values())
        raise Invalid(_("Choose one out of: %(labels)s.", labels=joined), key)
    return value


def read_once(values: Mapping[str, str], words: RawWords) -> dict[str, str]:
    """What is said once for all posts, tidied. Every column that is wrong has its sentence; what is empty is still to be said."""
    faults = Faults()
    once = {key: values[key].strip() for key in ONCE if values.get(key, "").strip()}
    record = Record({"contract": "", **once})
    if "contract" in once:
        faults.attempt("contract", lambda: _short(once["contract"], CONTRACT_LENGTH_MAX, "contract"))
    alone = replace(words, once={})  # a day that was said before and is taken away does not come back
    days = {key: _day(record, alone, faults, key) for key in ("earliest", "latest")}
    choices = (("certainty", words.certainties, CERTAINTY_LABELS), ("condition", words.conditions, CONDITION_LABELS))
    for key, meanings, labels in choices:
        if key in once:
            word = faults.attempt(
                key, lambda typed=once[key], meanings=meanings, labels=labels, key=key: _word(typed, meanings, labels, key)
            )
            once[key] = str(word)
    if "place" in once:
        faults.attempt("place", lambda: words.find_place(once["place"]))
    first, last = days["earliest"], days["latest"]
    if first is not None and last is not None and last < first:
        faults.say("latest", _("The last day lies before the first day. Enter a day on or after %(first)s.", first=first))
    if first is not None and first < words.today:
        faults.say("earliest", _("This day is past. Enter today or a later day; what is there already is not planned."))
    if faults.sentences:
        raise Invalid.all(faults.errors)
    return once | {key: day.isoformat() for key, day in days.items() if day is not None}
