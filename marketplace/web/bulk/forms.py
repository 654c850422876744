"""What is asked before several lots are extended, moved or closed."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, TextAreaField

from marketplace.depots.models import Depot
from marketplace.kernel.language import _
from marketplace.market.rules.freshness import OUTCOME_HINTS, OUTCOME_LABELS
from marketplace.web.ui.choices import choices, or_nothing
from marketplace.web.ui.forms import DutchDateField, Form, IdempotencyField, Required
from marketplace.web.ui.place_field import PlaceField


class ExtendForm(Form):
    """A later last day."""

    idempotency_key = IdempotencyField()
    available_until = DutchDateField(
        _("Until which day?"),
        [Required(_("Enter the last day, for example 12 January 2027."))],
        description=_("For example 12 January 2027, 12 January or in 6 weeks. The lots count as confirmed today."),
    )


class MoveForm(Form):
    """Another place."""

    idempotency_key = IdempotencyField()
    place = PlaceField(_("Where are they now?"), description=_("A place, a postcode or coordinates."))
    depot = SelectField(_("Or are they in a depot?"), validate_choice=False, default="")

    offered: frozenset[str] = frozenset()

    def offer(self, depots: Sequence[Depot]) -> None:
        """Fill in the depots that there are."""
        self.offered = frozenset(str(depot.id) for depot in depots)
        self.depot.choices = or_nothing(_("No, they are somewhere else"), ((str(depot.id), depot.name) for depot in depots))

    @property
    def depot_id(self) -> int | None:
        """The depot that was chosen."""
        return int(self.depot.data) if self.depot.data in self.offered else None

    def has_answer(self) -> bool:
        """Whether a place was typed or a depot chosen; if not, that is said at the place."""
        if self.depot_id is None and self.place.location is None and not self.place.errors:
            self.place.errors = [str(_("Say where the material lies: a place, a postcode, coordinates or a depot."))]
        return not self.place.errors


class CloseForm(Form):
    """What became of what is left of them."""

    idempotency_key = IdempotencyField()
    outcome = RadioField(
        _("What became of the rest?"),
        [Required(_("Choose what became of the rest. The region learns from it why material is lost."))],
        choices=choices(OUTCOME_LABELS),
    )
    reason = TextAreaField(
        _("Why did it find no taker here?"), description=_("One sentence will do. Whoever answers for the region reads it.")
    )
    hints = OUTCOME_HINTS
