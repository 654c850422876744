"""Fields for whole numbers and years, which say what to type."""

from typing import Any, ClassVar

from wtforms import IntegerField

from marketplace.kernel.language import Text, _


class WholeField(IntegerField):
    """A whole number. Nothing typed is None; what is no whole number says what to type."""

    sentence: ClassVar[Text] = _("Enter a whole number in digits, for example 2.")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        self.data = None
        if not valuelist or not str(valuelist[0]).strip():
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self.sentence) from None


class YearField(WholeField):
    """A year. The rule has its own sentence for a year that cannot be; this one is for what is no number."""

    sentence = _("Enter a year in four digits, for example 1987.")
