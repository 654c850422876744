"""Fields for whole numbers and years, which say what to type."""

from typing import Any

from wtforms import IntegerField

from marketplace.kernel.language import _


class WholeField(IntegerField):
    """A whole number. Nothing typed is None; what is no whole number says what to type."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        self.data = None
        if not valuelist or not str(valuelist[0]).strip():
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Enter a whole number in digits, for example 2.")) from None


class YearField(IntegerField):
    """A year. The rule has its own sentence for a year that cannot be; this one is for what is no number."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a whole number; nothing typed is None."""
        self.data = None
        if valuelist and not str(valuelist[0]).strip():
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Enter a year in four digits, for example 1987.")) from None
