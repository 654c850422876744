"""What there is to choose from on a form."""

from collections.abc import Iterable
from typing import Any

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older than the library

from marketplace.kernel.language import Text, _
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.paging import NUMBER_DIGITS_MAX

Choices = list[Any]
__all__ = ["SelectChoice", "choices", "chosen_number", "material_choices", "or_nothing"]


def choices(labels: dict[Any, Text], nothing: Text | None = None) -> Choices:
    """List words of the trade by their values. With `nothing`, an empty choice that says so comes first."""
    text = [SelectChoice(key.value, label) for key, label in labels.items()]
    return [SelectChoice("", nothing), *text] if nothing else text


def or_nothing(nothing: Text, pairs: Iterable[tuple[str, Text | str]]) -> Choices:
    """These choices after an empty one; none at all where there is nothing else to choose."""
    rest = [SelectChoice(value, label) for value, label in pairs]
    return [SelectChoice("", nothing), *rest] if rest else []


def material_choices(taxonomy: Taxonomy) -> Choices:
    """Every material in use under the name of its group; nothing chosen comes first."""
    return [
        SelectChoice("", _("Choose a material")),
        *(
            SelectChoice(material.slug, material.name, optgroup=group.name)
            for group in taxonomy.groups
            for material in taxonomy.materials_in(group.slug)
        ),
    ]


def chosen_number(chosen: str | None) -> int | None:
    """The number of what was chosen in a list. None for what can be no such number."""
    digits = chosen or ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= NUMBER_DIGITS_MAX else None
