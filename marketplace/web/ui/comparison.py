"""Two versions of one form side by side. What stands in the database now, and what was typed."""

from collections.abc import Iterable
from typing import Any

from wtforms import SelectField
from wtforms.form import BaseForm

from marketplace.kernel.formats import quantity
from marketplace.kernel.language import Text, _
from marketplace.web.ui.forms import ChecksField, Form, QuantityField
from marketplace.web.ui.material_fields import OrUnknown

Row = tuple[Text | str, str, str]
_SAID_AS = {"unit": "quantity"}


def is_outdated(form: Form) -> tuple[int, list[str]] | None:
    """Give the version and the fields that somebody else changed. Only where that is why this form was refused."""
    facts: dict[str, Any] = form.refusal.facts if form.refusal else {}
    return (facts["current"], facts["changed"]) if "current" in facts else None


def compare(stored: BaseForm, typed: BaseForm, names: Iterable[str]) -> list[Row]:
    """Compare the two: (label, now, typed) for each field of `names` in which they differ. In the order of the form."""
    wanted = {_SAID_AS.get(name, name) for name in names}
    both = [name for name in stored.data if name in wanted and name in typed]
    rows = [(typed[name].label.text, display_text(stored[name]), display_text(typed[name])) for name in both]
    return [row for row in rows if row[1] != row[2]]


def display_text(field: Any) -> str:
    """What a field says, in words."""
    if isinstance(field, ChecksField):
        ticked = [str(label) for value, label, *_rest in field.iter_choices() if str(value) in (field.data or ())]
        return ", ".join(ticked) or str(_("(empty)"))
    if isinstance(field, SelectField):
        chosen = [str(label) for value, label, *_rest in field.iter_choices() if str(value) == str(field.data or "")]
        return chosen[0] if chosen and chosen[0] else str(_("(empty)"))
    if isinstance(field, QuantityField) and field.data is not None and not field.errors:
        return quantity(field.data)
    if isinstance(field, OrUnknown) and field.is_unknown:
        return str(_("Unknown"))
    if isinstance(field.data, bool):
        return str(_("Yes") if field.data else _("No"))
    return str(field._value()) or str(_("(empty)"))  # noqa: SLF001 - WTForms has no public word for it
