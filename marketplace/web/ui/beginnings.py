"""What a new lot begins with: an earlier one, what is unfinished, groups as pictures."""

from dataclasses import dataclass

from flask import url_for

from marketplace.accounts.policy import Actor
from marketplace.catalogue.queries.cards import Cover
from marketplace.http.written import Written
from marketplace.kernel.db import Session
from marketplace.kernel.formats import quantity
from marketplace.kernel.language import Text, _
from marketplace.market.models import Sketch
from marketplace.market.queries.drafts import find_covers, list_sketches
from marketplace.market.queries.listings import find_last_listing, list_recent_covers, list_usual_materials
from marketplace.market.rules.drafts import SketchKind
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.web.ui.drafts import saved_at
from marketplace.web.ui.lots import picture

DRAFTS_SHOWN = 2
TILES_SHOWN = 5
FIRST = ("bestrating", "banden", "grond", "fundering", "straatmeubilair")  # of an organisation that has offered nothing yet


@dataclass(frozen=True, slots=True)
class Beginning:
    """One way to begin: what it is, what comes along, where it leads, and a picture."""

    title: Text | str
    also: Text | str
    href: str
    picture: str


def beginnings(session: Session, actor: Actor) -> list[Beginning]:
    """Another lot of the last project, the last lot once more, and what is unfinished."""
    rows = []
    if last := find_last_listing(session, actor):
        cover = picture(last.photos[0], "").small if last.photos else ""
        of = Written(last.project) or last.place_name
        rows.append(
            Beginning(
                _("Another lot of %(project)s", project=of),
                _("place and project are filled in"),
                url_for("listings.start", project=last.id),
                cover,
            )
        )
        rows.append(
            Beginning(
                _("Copy: %(title)s", title=Written(last.title)),
                _(
                    "%(quantity)s, %(condition)s",
                    quantity=quantity(last.quantity, last.unit),
                    condition=str(CONDITION_LABELS[Condition(last.condition)]).lower(),
                ),
                url_for("listings.start", copy=last.id),
                cover,
            )
        )
    begun = [sketch for sketch in list_sketches(session, actor) if sketch.kind == SketchKind.LISTING][:DRAFTS_SHOWN]
    covers = find_covers(session, begun)
    for sketch in begun:
        photo = picture(covers[sketch.id], "").small if sketch.id in covers else ""
        where = url_for("listings.step", sketch_id=sketch.id, number=next_step(sketch, has_photos=sketch.id in covers))
        rows.append(Beginning(_("Continue: %(title)s", title=_name(session, sketch)), saved_at(sketch.updated_at), where, photo))
    return rows


def next_step(sketch: Sketch, *, has_photos: bool) -> int:
    """The first step of an unfinished lot with something left to tell."""
    if not sketch.answers.get("material"):
        return 2 if has_photos else 1
    return 4 if sketch.is_settled else 3 if sketch.answers.get("quantity") and sketch.answers.get("condition") else 2


def _name(session: Session, sketch: Sketch) -> Text | str:
    material = get_taxonomy(session).find_material(sketch.answers.get("material", ""))
    return Written(sketch.answers.get("title") or "") or (material.name if material else _("a lot without a name"))


@dataclass(frozen=True, slots=True)
class Tile:
    """A group of materials to tap: its newest public picture, empty where there is none."""

    slug: str
    name: str
    picture: str
    is_chosen: bool


def tiles(session: Session, actor: Actor, chosen: str) -> tuple[list[Tile], list[Tile]]:
    """The groups, first those that the own organisation offers most; and the rest."""
    taxonomy = get_taxonomy(session)
    pictures: dict[str, str] = {}
    for material_id, files in list_recent_covers(session):
        pictures.setdefault(taxonomy.material_by_id(material_id).group.slug, picture(Cover("", files), "").small)
    usual = [taxonomy.material_by_id(number).group.slug for number in list_usual_materials(session, actor)]
    order = list(dict.fromkeys([*usual, *FIRST, *(group.slug for group in taxonomy.groups)]))
    names = {group.slug: group.name for group in taxonomy.groups}
    rows = [Tile(slug, names[slug], pictures.get(slug, ""), slug == chosen) for slug in order if slug in names]
    return rows[:TILES_SHOWN], rows[TILES_SHOWN:]
