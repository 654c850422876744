"""What may be said of an asset: what it is, where it stands, and when it comes free."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from marketplace.kernel.dates import find_day_faults
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean, find_length_faults
from marketplace.market.rules.listing import Certainty

NAME_LENGTH_MAX = 120
EXTERNAL_LENGTH_MAX = 80
OLDEST_YEAR = 1000
YEARS_TO_BUILD = 5  # an asset may be written down while it is built
NEN_2767_WORST = 6


class AssetKind(StrEnum):
    """The class of an asset, by which its owner estimates how much there is."""

    ROAD = "road"
    BRIDGE = "bridge"
    BUILDING = "building"
    SEWER = "sewer"
    STREET_FURNITURE = "street_furniture"
    QUAY = "quay"
    GREEN = "green"
    OTHER = "other"

    @property
    def label(self) -> Text:
        """The kind as people read it."""
        return _KIND_LABELS[self]


_KIND_LABELS: dict[AssetKind, Text] = {
    AssetKind.ROAD: _("Road and paving"),
    AssetKind.BRIDGE: _("Bridge or tunnel"),
    AssetKind.BUILDING: _("Building"),
    AssetKind.SEWER: _("Sewer"),
    AssetKind.STREET_FURNITURE: _("Street furniture and lighting"),
    AssetKind.QUAY: _("Quay or bank"),
    AssetKind.GREEN: _("Green space"),
    AssetKind.OTHER: _("Something else"),
}


@dataclass(frozen=True, slots=True)
class Coming:
    """When an asset comes free: the days between which, and how sure that is. All three, or none of them."""

    earliest: date | None = None
    latest: date | None = None
    certainty: Certainty | None = None


@dataclass(frozen=True, slots=True)
class AssetDraft:
    """An asset as its owner describes it.

    `maintainer`: slug of the organisation that maintains it; empty: the owner. `shape` is a GeoJSON geometry, `place_name` and
    `municipality` belong to `point`. `nen_2767` is the score of an inspection, 1 (excellent) to 6 (very poor); it is never read
    as the condition of a material.
    """

    name: str
    kind: AssetKind
    point: Point
    place_name: str = ""
    municipality: str = ""
    shape: Mapping[str, Any] | None = None
    maintainer: str = ""
    external_id: str = ""
    external_system: str = ""
    built_year: int | None = None
    coming: Coming = Coming()
    nen_2767: int | None = None
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class AssetFilter:
    """Which assets are asked for. What is None or empty is not looked at. `soonest`: what comes free first stands first."""

    organisation_id: int | None = None
    kind: AssetKind | None = None
    municipality: str = ""
    material_id: int | None = None
    words: str = ""
    free_before: date | None = None
    soonest: bool = False
    page: int = 1
    page_size: int = 25


def clean_asset_name(text: str) -> str:
    """The name that people look for in a list; refused when it is empty."""
    name = clean(text, longest=NAME_LENGTH_MAX, field="name")
    if not name:
        raise Invalid(_("Fill in what it is called, for example “Dorpsstraat, between church and school”."), "name")
    return name


def check_asset(draft: AssetDraft, before: AssetDraft | None, today: date) -> None:
    """Refuse what an asset cannot be, every sentence at its field. `before`: as it was; days that stay may lie in the past."""
    faults = find_length_faults("external_id", draft.external_id, EXTERNAL_LENGTH_MAX)
    faults += find_length_faults("external_system", draft.external_system, EXTERNAL_LENGTH_MAX)
    if bool(draft.external_system) and not draft.external_id:
        faults.append(FieldError("external_id", _("Say by which number that system knows it, or leave the system empty.")))
    if draft.built_year is not None and not OLDEST_YEAR <= draft.built_year <= today.year + YEARS_TO_BUILD:
        sentence = _("Enter a year from %(first)s to %(last)s.", first=str(OLDEST_YEAR), last=str(today.year + YEARS_TO_BUILD))
        faults.append(FieldError("built_year", sentence))
    if draft.nen_2767 is not None and not 1 <= draft.nen_2767 <= NEN_2767_WORST:
        faults.append(FieldError("nen_2767", _("A score by NEN 2767 is a whole number from 1 (excellent) to 6 (very poor).")))
    faults += _find_coming_faults(draft.coming, Coming() if before is None else before.coming, today)
    if faults:
        raise Invalid.all(faults)


def _find_coming_faults(coming: Coming, before: Coming, today: date) -> list[FieldError]:
    if coming == before or coming == Coming():
        return []
    given = {"earliest": coming.earliest, "latest": coming.latest, "certainty": coming.certainty}
    lacking = [name for name, value in given.items() if value is None]
    if lacking:
        sentence = _("Say the first and the last day on which it can come free, and how sure that is; or none of the three.")
        return [FieldError(name, sentence) for name in lacking]
    assert coming.earliest is not None and coming.latest is not None
    faults = find_day_faults("earliest", coming.earliest, today) + find_day_faults("latest", coming.latest, today)
    if coming.latest < coming.earliest:
        sentence = _("This lies before the first day. Enter a day on or after %(first)s.", first=coming.earliest)
        faults.append(FieldError("latest", sentence))
    elif coming.latest < today:
        faults.append(FieldError("latest", _("This day is past. Enter the last day on which it can come free.")))
    return faults
