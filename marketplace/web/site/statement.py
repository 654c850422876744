"""The parts of the accessibility statement that change. When it was looked at, and what is not right yet."""

from datetime import date
from typing import NamedTuple

from marketplace.kernel.language import Text, _

REVIEWED_ON = date(2026, 11, 24)


class Shortcoming(NamedTuple):
    """A requirement that is not met. What is wrong, what people notice, their way round it, and what is done about it."""

    criterion: Text
    wrong: Text
    effect: Text
    instead: Text
    plan: Text


SHORTCOMINGS = (
    Shortcoming(
        _("1.1.1 Descriptions of photos"),
        _(
            "A photo is described by the person who offers the lot. If the description is left out, the title of the lot takes its place."
        ),
        _("A screen reader then reads the title, and not what can be seen in the photo."),
        _("Material, dimensions, condition and quantity are given beside the photo in words."),
        _("The form asks for a description with every photo."),
    ),
    Shortcoming(
        _("3.1.2 Language of parts"),
        _(
            "Titles and descriptions stay in the language in which they were typed. English pages mark them as Dutch, even what somebody typed in English."
        ),
        _("A screen reader reads a title that somebody typed in English with a Dutch voice."),
        _("The material, the condition and all figures are there in both languages."),
        _("We will keep the language of every lot, and mark its texts with it."),
    ),
)
