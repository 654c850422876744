"""What somebody has begun: unfinished lots and demands, and the first steps of a new member."""

from dataclasses import dataclass
from datetime import timedelta

from flask import url_for

from marketplace.accounts.policy import Actor, Can, may
from marketplace.http.written import Written
from marketplace.kernel.clock import today
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _
from marketplace.market.models import Listing, Photo, Sketch
from marketplace.market.queries.drafts import find_covers, list_sketches
from marketplace.market.rules.drafts import SketchKind
from marketplace.matching.queries.own import FirstSteps, get_first_steps
from marketplace.materials.queries import get_taxonomy
from marketplace.web.ui.beginnings import next_step
from marketplace.web.ui.drafts import demand_address, saved_at
from marketplace.web.ui.jobs import picture_of
from marketplace.web.ui.lots import picture

NEW_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An unfinished lot or demand: what it is, its name, its last change and where it goes on. `discard`: where it is thrown away."""

    what: Text
    title: Text | str
    saved: Text | None
    href: str
    discard: str = ""
    picture: str = ""


def unfinished(session: Session, actor: Actor, drafts: list[Listing]) -> list[Unfinished]:
    """List the drafts of this person, the last touched first.

    And the organisation's draft lots that nobody is telling of now.
    """
    sketches = list_sketches(session, actor)
    in_steps = {sketch.listing_id for sketch in sketches}
    lots = [_draft(listing) for listing in drafts if listing.id not in in_steps]
    covers = find_covers(session, sketches)
    return [*(_line(session, sketch, covers.get(sketch.id)) for sketch in sketches), *lots]


def _line(session: Session, sketch: Sketch, cover: Photo | None) -> Unfinished:
    material = get_taxonomy(session).find_material(sketch.answers.get("material", ""))
    is_lot = sketch.kind == SketchKind.LISTING
    return Unfinished(
        _("Lot") if is_lot else _("Demand"),
        Written(sketch.answers.get("title") or "") or (material.name if material else _("Draft without a name")),
        saved_at(sketch.updated_at),
        url_for("listings.step", sketch_id=sketch.id, number=next_step(sketch, has_photos=cover is not None))
        if is_lot
        else demand_address(sketch),
        url_for("work.discard", sketch_id=sketch.id),
        picture(cover, "").small if cover else "",
    )


def _draft(listing: Listing) -> Unfinished:
    href = url_for("listings.edit", listing_id=listing.id)
    return Unfinished(_("Lot"), Written(listing.title), None, href, picture=picture_of(listing))


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first five: whether it is done, and where it is done."""

    what: Text
    also: Text
    is_done: bool
    label: Text | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class FirstUse:
    """The five, and how many are done."""

    steps: tuple[Step, ...]

    @property
    def left(self) -> list[Step]:
        """List those that are not done."""
        return [step for step in self.steps if not step.is_done]

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.is_done for step in self.steps)


def first_use(session: Session, actor: Actor, *, is_quiet: bool) -> FirstUse | None:
    """The first steps of a new member; None when they are done.

    While nothing is going on (`is_quiet`) they stay; else for the first 30 days.
    """
    if not may(actor, Can.OWN_ACCOUNT):
        return None
    first_steps = get_first_steps(session, actor)
    steps = _steps(actor, first_steps)
    is_done = all(step.is_done for step in steps)
    return FirstUse(steps) if not is_done and (is_quiet or first_steps.since + NEW_FOR >= today()) else None


def _steps(actor: Actor, first_steps: FirstSteps) -> tuple[Step, ...]:
    """A coordinator begins with a colleague, everybody else with a phone number."""
    if may(actor, Can.INVITE):
        own = Step(
            _("Invite a colleague"),
            _("a project leader who has material, or needs it"),
            first_steps.has_colleague,
            _("Invite"),
            url_for("admin.invite"),
        )
    else:
        own = Step(
            _("Give your phone number"),
            _("you say who sees it"),
            first_steps.has_phone,
            _("Fill in"),
            url_for("account.details"),
        )
    return (
        Step(_("Account made"), _("at %(organisation)s", organisation=actor.organisation_name), is_done=True),
        own,
        Step(
            _("Save a search"),
            _("you get an email when something comes in"),
            first_steps.has_search,
            _("Search"),
            url_for("catalogue.list_listings"),
        ),
        Step(
            _("Offer your first lot"),
            _("photo, how much, where: a minute and a half"),
            first_steps.has_offered,
            _("Start"),
            url_for("listings.start"),
        ),
        Step(
            _("Place your first demand"),
            _("you see at once what fits"),
            first_steps.has_asked,
            _("Start"),
            url_for("demands.create"),
        ),
    )
