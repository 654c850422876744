"""Unfinished lots and demands, for the desk. One line each, with the way back to where it goes on."""

from dataclasses import dataclass

from flask import url_for

from marketplace.accounts.policy import Actor
from marketplace.http.written import Written
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _
from marketplace.market.models import Sketch
from marketplace.market.queries.drafts import list_sketches
from marketplace.market.rules.drafts import SketchKind
from marketplace.materials.queries import taxonomy
from marketplace.web.ui.drafts import demand_address, saved_at


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An unfinished lot or demand: what it is, its name, its last change and where it goes on."""

    id: int
    listing_id: int | None
    what: Text
    title: Text | str
    saved: Text
    href: str


def unfinished(session: Session, actor: Actor) -> list[Unfinished]:
    """The drafts of this person, the last touched first."""
    return [_line(session, sketch) for sketch in list_sketches(session, actor)]


def _line(session: Session, sketch: Sketch) -> Unfinished:
    material = taxonomy(session).find_material(sketch.answers.get("material", ""))
    is_lot = sketch.kind == SketchKind.LISTING
    return Unfinished(
        sketch.id,
        sketch.listing_id,
        _("Lot") if is_lot else _("Demand"),
        Written(sketch.answers.get("title") or "") or (material.name if material else _("Draft without a name")),
        saved_at(sketch.updated_at),
        url_for("listings.step", sketch_id=sketch.id, number=_step(sketch)) if is_lot else demand_address(sketch),
    )


def _step(sketch: Sketch) -> int:
    """The first step with something left to tell."""
    if not (sketch.answers.get("material") and sketch.answers.get("title")):
        return 1
    return 3 if sketch.is_settled else 2
