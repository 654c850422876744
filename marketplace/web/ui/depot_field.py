"""One field for a depot, or for what can be said in its place."""

from typing import Any

from wtforms import SelectField

from marketplace.depots.queries.depots import list_depots
from marketplace.http.request import current_session
from marketplace.kernel.language import Text
from marketplace.web.ui.choices import chosen_number, or_nothing


class DepotField(SelectField):
    """The depots that take something new, by name."""

    def __init__(self, label: Text, *, description: Text, **more: Any) -> None:
        super().__init__(label, description=description, validate_choice=False, default="", **more)  # type: ignore[arg-type]

    def offer(self, nothing: Text, *more: tuple[str, Text]) -> None:
        """Fill in the depots in use, after the words for none and whatever else can be said."""
        depots = ((str(depot.id), depot.name) for depot in list_depots(current_session()))
        self.choices = or_nothing(nothing, (*more, *depots))

    @property
    def depot_id(self) -> int | None:
        """The depot that was chosen; None for anything else."""
        return chosen_number(self.data)
