"""The acts that can be done to several lots: each lot by the verb that does it to one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from marketplace.accounts.policy import Actor
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.language import Text, _, ngettext
from marketplace.market.actions.listings import close_listing
from marketplace.market.models import Listing
from marketplace.market.queries.listings import stored_draft
from marketplace.market.rules.freshness import Outcome
from marketplace.matching.actions.publish import edit_listing
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.bulk.forms import CloseForm, ExtendForm, MoveForm
from marketplace.web.ui.forms import Form

Verb = Callable[[Session, Actor, Listing, Taxonomy, Any], object]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its form, its words, and what it does to one lot."""

    form: type[Form]
    title: Text
    button: Text
    change: Verb
    message: Callable[[int], Text]


def _extend(session: Session, actor: Actor, listing: Listing, taxonomy: Taxonomy, form: ExtendForm) -> None:
    last, until = listing.available_until, form.available_until.data
    if until is not None and (last is None or until < last):
        raise Conflict(_("It is on offer longer already: until a later day, or as long as it is there."))
    draft = replace(stored_draft(listing, taxonomy), available_until=until)
    edit_listing(session, actor, listing_id=listing.id, version=listing.version, draft=draft)


def _move(session: Session, actor: Actor, listing: Listing, taxonomy: Taxonomy, form: MoveForm) -> None:
    place = None if form.depot_id else form.place.location
    draft = replace(stored_draft(listing, taxonomy), location=place, depot_id=form.depot_id)
    edit_listing(session, actor, listing_id=listing.id, version=listing.version, draft=draft)


def _close(session: Session, actor: Actor, listing: Listing, taxonomy: Taxonomy, form: CloseForm) -> None:
    close_listing(session, actor, listing_id=listing.id, outcome=Outcome(form.outcome.data), reason=form.reason.data or "")


ACTS: dict[str, Act] = {
    "verlengen": Act(
        ExtendForm,
        _("Extend lots"),
        _("Extend"),
        _extend,
        lambda count: ngettext("%(num)s lot is extended.", "%(num)s lots are extended.", count),
    ),
    "verplaatsen": Act(
        MoveForm,
        _("Move lots"),
        _("Move"),
        _move,
        lambda count: ngettext("%(num)s lot is moved.", "%(num)s lots are moved.", count),
    ),
    "sluiten": Act(
        CloseForm,
        _("Close lots"),
        _("Close"),
        _close,
        lambda count: ngettext("%(num)s lot is closed.", "%(num)s lots are closed.", count),
    ),
}


@dataclass(frozen=True, slots=True)
class Result:
    """How many lots were changed, and the titles of the others by what refused them."""

    done: int
    refused: dict[str, list[str]]


def change_all(session: Session, actor: Actor, act: Act, listings: list[Listing], taxonomy: Taxonomy, form: Form) -> Result:
    """Change each lot on its own: what one refuses leaves the others as they become."""
    done, refused = 0, dict[str, list[str]]()
    for listing in listings:
        title = listing.title
        try:
            with session.begin_nested():
                act.change(session, actor, listing, taxonomy, form)
        except (Conflict, Invalid, Forbidden) as refusal:
            sentence = " ".join(str(error.message) for error in refusal.errors) or str(refusal.message)
            refused.setdefault(sentence, []).append(title)
        else:
            done += 1
    return Result(done, refused)
