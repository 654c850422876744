"""What the rows of an asset system would do, by the rules and by what stands there."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.queries.organisations import list_organisations
from marketplace.imports.models import ImportRun
from marketplace.imports.queries.lots import FLAG_WORDS, located, place_at
from marketplace.imports.rules.columns import plain_name
from marketplace.imports.rules.material_use import words_of_labels
from marketplace.imports.rules.passports import ABOUT_ASSET, PASSPORTS, ItemRow, PassportRow, PassportWords, read_passport
from marketplace.imports.rules.tables import Faults, Record, RowState, fill_in
from marketplace.kernel import clock
from marketplace.kernel.errors import Refusal
from marketplace.kernel.language import Text, _, in_default_locale
from marketplace.market.rules.listing import CERTAINTY_LABELS, CONDITION_LABELS, Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material, Taxonomy
from marketplace.passports.queries.assets import details_of
from marketplace.passports.queries.intake import (
    Arrival,
    AssetKey,
    ItemKey,
    StandingAsset,
    find_standing,
    is_same_item,
    key_of_weighed,
)
from marketplace.passports.rules.assets import AssetDraft, AssetKind, check_asset
from marketplace.passports.rules.intake import Weighed, tidy_asset, weigh_item
from marketplace.passports.rules.items import ITEMS_MAX, Detachability, ItemDetails, ItemDraft, KnownBy
from marketplace.passports.rules.releasing import check_followed
from marketplace.places.queries.gazetteer import PlaceFinder

PLACES_KEPT = 4_096
_MORE_KINDS = {
    AssetKind.ROAD: (
        *("weg", "wegvakonderdeel", "verharding", "rijbaan", "trottoir", "fietspad", "voetpad", "parkeervlak", "wegvak"),
        *("road", "pavement", "plein"),
    ),
    AssetKind.BRIDGE: ("brug", "viaduct", "tunnel", "kunstwerk", "duiker", "overbruggingsdeel", "bridge"),
    AssetKind.BUILDING: ("gebouw", "pand", "gebouwen", "building", "school", "sporthal"),
    AssetKind.SEWER: ("riool", "riolering", "rioolleiding", "leiding", "rioolput", "put", "gemaal", "sewer"),
    AssetKind.STREET_FURNITURE: (
        *("straatmeubilair", "lichtmast", "lantaarnpaal", "paal", "bank", "bord", "afvalbak", "hekwerk", "verlichting"),
        *("bebording", "street furniture"),
    ),
    AssetKind.QUAY: ("kade", "kademuur", "oever", "beschoeiing", "damwand", "quay"),
    AssetKind.GREEN: ("groen", "groenvoorziening", "plantsoen", "speelplaats", "green"),
    AssetKind.OTHER: ("overig", "anders", "other"),
}
_MORE_KNOWN = {
    KnownBy.MEASURED: ("gemeten", "ingemeten"),
    KnownBy.DESIGN: ("ontwerp", "bestek", "tekening"),
    KnownBy.ARCHIVE: ("archief",),
    KnownBy.ESTIMATE: ("schatting", "geschat"),
}
_MORE_LOOSE = {
    Detachability.LOOSE: ("los",),
    Detachability.SCREWED: ("geschroefd",),
    Detachability.BONDED: ("gelijmd", "verlijmd"),
}
_TWICE = _("This part is in an earlier row of the sheet. Give it another part or layer, or add the two up.")
_OTHERWISE = _("An earlier row says something else of this asset. Let every row say the same, or only the first.")


class MaterialNames:
    """Finds materials by what a sheet calls them.

    What somebody chose goes first, then a name of the list, then what its search finds when that is one.
    """

    def __init__(self, taxonomy: Taxonomy, chosen: Mapping[str, str]) -> None:
        self._taxonomy, self._chosen = taxonomy, chosen
        self._named: dict[str, set[str]] = {}
        for material in taxonomy.materials:
            for name in (material.slug, material.name_nl, material.name_en, *material.synonyms_nl, *material.synonyms_en):
                self._named.setdefault(plain_name(name), set()).add(material.slug)
        self._looked_up: dict[str, tuple[Material | None, str]] = {}

    def find(self, typed: str) -> Material | None:
        """The material, where it is certain."""
        return self.look_up(typed)[0]

    def look_up(self, typed: str) -> tuple[Material | None, str]:
        """The material, and how it was found. By its name, as somebody chose it, by searching, or not."""
        if typed not in self._looked_up:
            self._looked_up[typed] = self._look_up(typed)
        return self._looked_up[typed]

    def _look_up(self, typed: str) -> tuple[Material | None, str]:
        name = plain_name(typed)
        chosen = self._taxonomy.find_material(self._chosen.get(name, ""))
        if chosen is not None and chosen.is_current:
            return chosen, "chosen"
        named = self._named.get(name, set())
        if len(named) == 1:
            return self._taxonomy.find_material(next(iter(named))), "named"
        matches = self._taxonomy.search(typed) if name else ()
        return (matches[0], "found") if len(matches) == 1 else (None, "unknown")


@dataclass(frozen=True, slots=True)
class Taken:
    """A good row. What it would write, and what is new, other or the same of its asset and its part."""

    arrival: Arrival
    asset_state: RowState | None
    item_state: RowState | None

    @property
    def state(self) -> RowState:
        """What the row would do: change something, else add something."""
        states = (self.asset_state, self.item_state)
        return next((state for state in (RowState.CHANGED, RowState.OK) if state in states), RowState.UNCHANGED)


class PassportJudge:
    """Passports: a row is an asset, a part of one, or both. Rows are read in the order of the sheet."""

    def __init__(
        self,
        words: PassportWords,
        names: MaterialNames,
        look_up: Callable[[Iterable[str]], Mapping[str, list[StandingAsset]]],
    ) -> None:
        self._words, self._names, self._look_up = words, names, look_up
        self._standing: dict[str, list[StandingAsset]] = {}
        self._in_order = False
        self._described: dict[AssetKey, tuple[int, int | None]] = {}
        self._parts: dict[AssetKey, set[ItemKey]] = {}

    def meet(self, records: Iterable[Record]) -> None:
        """From now on rows come in the order of the sheet. What an earlier row said counts."""
        self._in_order = True
        self._described, self._parts = {}, {}

    def prepare(self, records: Iterable[Record]) -> None:
        """Look up what stands there of the assets of the next rows, all at once."""
        numbers = {record.cells.get("external_id", "") for record in records} - {""}
        standing = self._look_up(numbers)
        self._standing = {number: standing.get(number, []) for number in numbers}

    def read(self, record: Record) -> tuple[Taken | None, Faults]:
        """One row, or what is wrong with it."""
        key = (record.cells.get("external_system", ""), record.cells.get("external_id", ""))
        description = hash(tuple(record.cells.get(name, "") for name in ABOUT_ASSET))
        shape = None if record.shape is None else hash(str(record.shape))
        before = self._described.get(key) if self._in_order else None
        repeats = before is not None and before[0] == description and shape in (None, before[1])
        row, faults = read_passport(record, self._words, repeats=repeats)
        if row is None:
            return None, faults
        standing = self._find_standing(row, faults)
        draft = None if faults.sentences else self._asset(row, record, standing, faults)
        item, weighed = None, None
        if not faults.sentences and row.item is not None:
            weighed = self._weigh(row, row.item, record, standing, faults)
        if faults.sentences:
            return None, faults
        if self._in_order and row.values:
            self._described[row.key] = (description, shape)
        if standing is not None and weighed is not None:
            item = standing.items.get(key_of_weighed(weighed))
        asset_state = None if not row.values else RowState.OK if standing is None else RowState.UNCHANGED
        if standing is not None and draft is not None and draft != standing.draft:
            asset_state = RowState.CHANGED
        item_state = None if weighed is None else RowState.OK
        if item is not None and weighed is not None:
            item_state = RowState.UNCHANGED if is_same_item(item, weighed) else RowState.CHANGED
        key = row.key if standing is None else (standing.asset.external_system, standing.asset.external_id)
        return Taken(Arrival(key, draft, weighed, standing), asset_state, item_state), faults

    def add(self, summary: dict[str, Any], values: Iterable[Taken]) -> dict[str, Any]:
        """Assets, parts, amounts and kilograms of good rows."""
        assets, parts, kinds = (Counter(summary.get(name, {})) for name in ("assets", "parts", "kinds"))
        materials = {key: list(total) for key, total in summary.get("materials", {}).items()}
        mass_kg = Decimal(summary.get("mass_kg", "0"))
        estimates = int(summary.get("estimates", 0))
        for value in values:
            arrival = value.arrival
            if value.asset_state is not None:
                assets[value.asset_state.value] += 1
                if value.asset_state is RowState.OK and arrival.draft is not None:
                    kinds[arrival.draft.kind.value] += 1
            if value.item_state is not None and arrival.item is not None:
                parts[value.item_state.value] += 1
                if value.item_state is RowState.OK:
                    key = f"{arrival.item.material.slug}|{arrival.item.quantity.unit.value}"
                    count, amount = materials.get(key, [0, "0"])
                    materials[key] = [count + 1, str(Decimal(amount) + arrival.item.quantity.amount)]
                    mass_kg += arrival.item.mass_kg
                    estimates += arrival.item.details.known_by is KnownBy.ESTIMATE
        counted = {"assets": dict(assets), "parts": dict(parts), "kinds": dict(kinds), "materials": materials}
        return {**counted, "mass_kg": str(mass_kg), "estimates": estimates}

    def state_of(self, value: Taken, summary: Mapping[str, Any]) -> RowState:
        """What a good row would do."""
        return value.state

    def name_of(self, record: Record) -> tuple[str, str, str] | None:
        """What a row calls its material, where that is no name of the list.

        As typed, the material found or nothing, and how."""
        typed = record.cells.get("material", "")
        if not typed:
            return None
        material, how = self._names.look_up(typed)
        return None if how == "named" else (typed, "" if material is None else material.slug, how)

    def translate_sentence(self, record: Record, key: str, sentence: str) -> Text | str:
        """A sentence that hangs on the order of the rows, in the reader's language. `sentence`: as it was stored."""
        number = record.cells.get("external_id", "")
        for text in (_TWICE, _OTHERWISE, _unknown_asset(number), _too_many()):
            if in_default_locale(text) == sentence:
                return text
        return sentence

    def _find_standing(self, row: PassportRow, faults: Faults) -> StandingAsset | None:
        """The asset of a row where it stands there. A part may leave out the system where the number is in one only."""
        if row.external_id not in self._standing:
            self._standing[row.external_id] = list(self._look_up([row.external_id]).get(row.external_id, []))
        named = self._standing[row.external_id]
        exact = next((standing for standing in named if standing.asset.external_system == row.external_system), None)
        if exact is not None or row.values or row.external_system or row.key in self._described:
            return exact
        if len(named) > 1:
            faults.say(
                "external_id", _("More than one system has an asset with this number. Add the column of the asset system.")
            )
        return named[0] if len(named) == 1 else None

    def _asset(self, row: PassportRow, record: Record, standing: StandingAsset | None, faults: Faults) -> AssetDraft | None:
        """What the asset becomes. None where the row says nothing of it, or a row before said the same."""
        if not row.values:
            if standing is None and self._in_order and row.key not in self._described:
                faults.say("external_id", _unknown_asset(row.external_id))
            return None
        if self._in_order and row.key in self._described:  # with other words, or it would have been a repeat
            faults.say("external_id", _OTHERWISE)
            return None
        values = {**row.values, "external_id": row.external_id, "external_system": row.external_system}
        if standing is None:
            for key in ("name", "kind"):
                if key not in values:
                    faults.say(key if key in record.cells else "external_id", fill_in(PASSPORTS.column(key)))
            if "point" not in values:
                at = next((key for key in ("place", "lat", "lon") if key in record.cells), "external_id")
                faults.say(at, _("Say where it stands: a place, a postcode, coordinates, or a file with its shape (GeoJSON)."))
            if faults.sentences:
                return None
        before = None if standing is None else standing.draft
        draft = AssetDraft(**values) if before is None else replace(before, **values)
        try:
            draft = tidy_asset(draft)
            check_asset(draft, before, self._words.today)
            if standing is not None and standing.has_followers:
                check_followed(draft.coming, standing.draft.coming, self._words.today)
        except Refusal as refusal:
            _say(refusal, record, faults)
        return draft

    def _weigh(
        self, row: PassportRow, item: ItemRow, record: Record, standing: StandingAsset | None, faults: Faults
    ) -> Weighed | None:
        """The part by the rules of passports. What the row does not say of a part that stands there stays."""
        element = str(item.details.get("element", ""))
        key = (item.material.id, item.quantity.unit.value, element.casefold(), item.details.get("layer"))
        there = None if standing is None else standing.items.get(key)
        details = replace(ItemDetails() if there is None else details_of(there), **item.details)
        use_count = item.use_count if there is None or record.cells.get("phase") else there.use_count
        each = item.kg_per_unit
        if each is None and there is not None and there.kg_basis == "measured":
            each = there.kg_per_unit
        draft = ItemDraft(item.material.slug, item.quantity, details, each, use_count)
        try:
            weighed = weigh_item(draft, item.material)
        except Refusal as refusal:
            _say(refusal, record, faults)
            return None
        if self._in_order:
            parts = self._parts.setdefault(row.key, set())
            if key_of_weighed(weighed) in parts:
                at = next((name for name in ("element", "layer", "material") if name in record.cells), "external_id")
                faults.say(at, _TWICE)
            elif len(parts | (set() if standing is None else set(standing.items))) >= ITEMS_MAX and there is None:
                faults.say("external_id", _too_many())
            parts.add(key_of_weighed(weighed))
        return weighed


def _unknown_asset(number: str) -> Text:
    return _(
        "There is no asset with number “%(number)s” here, or in a row above this one. Load the assets "
        "first, or put them at the top.",
        number=number[:60],
    )


def _too_many() -> Text:
    return _("An asset has at most %(most)s parts. Divide it into more assets.", most=ITEMS_MAX)


def _say(refusal: Refusal, record: Record, faults: Faults) -> None:
    """The sentences of a rule at the columns of the sheet."""
    errors = getattr(refusal, "errors", None) or []
    for field, message in [(error.field or "", error.message) for error in errors] or [("", refusal.message)]:
        sentence = message
        if field == "confirm_unusual":
            sentence = _("This is far from what is usual. Check it; if it is right, write this part down by hand at its asset.")
        wanted = {"use_count": ("phase",), "confirm_unusual": ("kg_per_unit", "quantity", "mass_kg", "area")}.get(field, (field,))
        named = [key for key in wanted if record.cells.get(key)] or [key for key in wanted if key in record.cells]
        faults.say(named[0] if named else "external_id", sentence)


def get_passport_judge(session: Session, run: ImportRun, *, lock: bool = False) -> PassportJudge:
    """The judge of a sheet of passports. `lock`: the assets that it looks up stay as they are until the end of the transaction."""
    taxonomy = get_taxonomy(session)
    names = MaterialNames(taxonomy, run.codes)
    organisations = list_organisations(session)
    maintainers = {
        plain_name(name): organisation.slug for organisation in organisations for name in (organisation.name, organisation.slug)
    }
    for organisation in organisations:
        maintainers.setdefault(plain_name(f"gemeente {organisation.name}"), organisation.slug)
    finder = PlaceFinder()  # the list of the bank alone: no service is asked row by row
    words = PassportWords(
        find_material=names.find,
        kinds=words_of_labels({kind: kind.label for kind in AssetKind}, _MORE_KINDS),
        certainties=words_of_labels(CERTAINTY_LABELS, {}),
        ways_known=words_of_labels({way: way.label for way in KnownBy}, _MORE_KNOWN),
        ways_loose=words_of_labels({way: way.label for way in Detachability}, _MORE_LOOSE),
        conditions=words_of_labels(CONDITION_LABELS, {Condition.POOR: ("slecht",)}),
        maintainers=maintainers,
        flags=FLAG_WORDS,
        find_place=lru_cache(PLACES_KEPT)(lambda text: located(finder.find(text))),
        place_at=lru_cache(PLACES_KEPT)(place_at),
        file_name=run.name,
        today=clock.today(),
    )

    def look_up(numbers: Iterable[str]) -> Mapping[str, list[StandingAsset]]:
        return find_standing(session, run.organisation_id, numbers, lock=lock)

    return PassportJudge(words, names, look_up)


def translate_row(judge: PassportJudge, row: Mapping[str, str], record: Record) -> dict[str, Text | str]:
    """What is wrong with a row in the reader's language. `row`: the sentences as they were stored, by column."""
    sentences = judge.read(record)[1].sentences
    return {key: sentences.get(key) or judge.translate_sentence(record, key, sentence) for key, sentence in row.items()}
