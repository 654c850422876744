"""The search in the passports, from its address to its rows, for the list and the map."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for

from marketplace.accounts.policy import Actor, Can, may
from marketplace.http.written import Written
from marketplace.kernel.db import Session
from marketplace.kernel.formats import mass, short_date
from marketplace.kernel.language import Text, _
from marketplace.market.rules.listing import Certainty
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.models import Asset
from marketplace.passports.queries.assets import NOTHING_HELD, Holding, list_held_materials
from marketplace.passports.rules.assets import AssetFilter, AssetKind
from marketplace.places.queries.region import areas
from marketplace.web.ui.finder import Order
from marketplace.web.ui.forms import options
from marketplace.web.ui.search_address import Chip, Question
from marketplace.web.ui.search_form import AssetSearchForm

KEYS = ("q", "kind", "municipality", "material", "freeBefore", "mine", "sort", "weergave", "page")
SHOWN = KEYS[:-3]
SOONEST = "freeFirst"
PAGE_SIZE = 25
WORDS_LENGTH_MAX = 200
PICTURES: dict[AssetKind, str] = {  # the drawing of the group of materials that it mostly holds
    AssetKind.ROAD: "bestrating",
    AssetKind.BRIDGE: "kunstwerken",
    AssetKind.BUILDING: "gebouw",
    AssetKind.SEWER: "riolering",
    AssetKind.STREET_FURNITURE: "verlichting",
    AssetKind.QUAY: "hout",
    AssetKind.GREEN: "groen",
    AssetKind.OTHER: "betonelementen",
}
MIDDLE = {
    Certainty.IDEA: _("as an idea"),
    Certainty.BUDGETED: _("budgeted"),
    Certainty.TENDERED: _("tendered"),
    Certainty.IN_EXECUTION: _("in execution"),
}


@dataclass(frozen=True, slots=True)
class AssetRow:
    """An asset as a line of a list. `details`: what stands below its name."""

    id: int
    name: Written
    href: str
    picture: str
    details: list[Text | str]
    mass: str
    coming: Text | str
    is_public: bool


@dataclass(frozen=True, slots=True)
class AssetPage:
    """Everything on the page but the form."""

    total: int
    last: int
    holding: Holding
    rows: list[AssetRow]
    chips: list[Chip]
    orders: list[Order]
    is_asked: bool


def read_search_form() -> AssetSearchForm:
    """The form as it stands in the address. Without choices, for an answer that shows none."""
    sent = request.args.copy()
    sent["q"] = sent.get("q", "")[:WORDS_LENGTH_MAX]
    form = AssetSearchForm(sent)
    for field in (form.kind, form.municipality, form.material):
        field.choices = []
    form.validate()
    return form


def search_form(session: Session, actor: Actor) -> AssetSearchForm:
    """The form as it stands in the address. There is only a material to choose that something here holds."""
    form, taxonomy = read_search_form(), get_taxonomy(session)
    held = [taxonomy.material_by_id(number) for number in list_held_materials(session, actor)]
    form.kind.choices = options(((kind.value, kind.label) for kind in AssetKind), empty=_("Everything"))
    form.municipality.choices = options(((area.slug, area.name) for area in areas()), empty=_("All municipalities"))
    names = sorted((str(material.name), material.slug) for material in held)
    form.material.choices = options(((slug, name) for name, slug in names), empty=_("All materials"))
    return form


def read_filter(session: Session, actor: Actor, question: Question, form: AssetSearchForm) -> AssetFilter:
    """The question. What is no kind, municipality or material is left out."""
    material = get_taxonomy(session).find_material(question.one("material"))
    kind = question.one("kind")
    return AssetFilter(
        organisation_id=actor.organisation_id if is_mine(question, actor) else None,
        kind=AssetKind(kind) if kind in set(AssetKind) else None,
        municipality=question.one("municipality"),
        material_id=material.id if material else None,
        words=form.q.data or "",
        free_before=form.free_before.data,
        soonest=question.one("sort") == SOONEST,
        page=question.page,
        page_size=PAGE_SIZE,
    )


def is_mine(question: Question, actor: Actor) -> bool:
    """Whether a member asks for what the own organisation owns or maintains."""
    return may(actor, Can.READ_ASSET) and bool(question.one("mine"))


def page_of(
    session: Session,
    actor: Actor,
    question: Question,
    form: AssetSearchForm,
    result: tuple[Sequence[Asset], int],
    held: Mapping[int, Holding],
    holding: Holding,
) -> AssetPage:
    """Give what was found as the page shows it."""
    rows, total = result
    chips = chips_of(session, actor, question, form)
    return AssetPage(
        total=total,
        last=max(1, -(-total // PAGE_SIZE)),
        holding=holding,
        rows=rows_of(actor, rows, held),
        chips=chips,
        orders=orders_of(question),
        is_asked=bool(chips),
    )


def rows_of(actor: Actor, assets: Iterable[Asset], held: Mapping[int, Holding]) -> list[AssetRow]:
    """The lines of a list."""
    return [row_of(actor, asset, held.get(asset.id, NOTHING_HELD)) for asset in assets]


def row_of(actor: Actor, asset: Asset, holding: Holding) -> AssetRow:
    """One line: what it is and where, whose it is, how much it holds, and when that comes free."""
    kind = AssetKind(asset.kind)
    details: list[Text | str] = [kind.label]
    if asset.place_name:
        details.append(Written(asset.place_name))
    if asset.organisation_id != actor.organisation_id and asset.organisation.name != asset.place_name:
        details.append(asset.organisation.name)
    if asset.external_id:
        details.append(Written(asset.external_id))
    return AssetRow(
        asset.id,
        Written(asset.name),
        url_for("passports.show", asset_id=asset.id),
        PICTURES[kind],
        details,
        mass(holding.mass_kg) if holding.parts else "",
        coming_of(asset),
        asset.is_public,
    )


def coming_of(asset: Asset) -> Text | str:
    """When it comes free and how sure that is, in a few words. Nothing where that is not planned."""
    if asset.release_earliest is None or asset.release_latest is None or asset.certainty is None:
        return ""
    return _(
        "%(years)s, %(certainty)s",
        years=years_of(asset.release_earliest, asset.release_latest),
        certainty=MIDDLE[Certainty(asset.certainty)],
    )


def years_of(first: date, last: date) -> str:
    """The years of a period: `2031` or `2031–2033`."""
    return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"


def orders_of(question: Question) -> list[Order]:
    """By name, or what comes free first."""
    soonest = question.one("sort") == SOONEST
    return [
        Order(_("By name"), question.without(("sort", None)), not soonest),
        Order(_("Free soonest"), question.with_one("sort", SOONEST), soonest),
    ]


def chips_of(session: Session, actor: Actor, question: Question, form: AssetSearchForm) -> list[Chip]:
    """Everything that narrows the search, each with the address without it."""

    def chip(key: str, label: Any) -> Chip:
        return Chip(label, question.without((key, None)))

    chips = [chip("q", f"“{question.one('q')}”")] if question.one("q") else []
    kind, slug = question.one("kind"), question.one("municipality")
    if kind in set(AssetKind):
        chips.append(chip("kind", AssetKind(kind).label))
    if slug:
        chips.append(chip("municipality", next((area.name for area in areas() if area.slug == slug), slug)))
    if material := get_taxonomy(session).find_material(question.one("material")):
        chips.append(chip("material", material.name))
    if form.free_before.data:
        chips.append(chip("freeBefore", _("Free before %(day)s", day=short_date(form.free_before.data))))
    if is_mine(question, actor):
        chips.append(chip("mine", _("Only of our organisation")))
    return chips
