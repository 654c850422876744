"""What is asked to publish a report."""

from collections.abc import Mapping, Sequence

from wtforms import SelectField

from marketplace.kernel.language import _
from marketplace.web.ui.forms import Form, Required, options


class PublishForm(Form):
    """Of which year, and of whom. One choice, so that no pair is offered that was not adopted."""

    what = SelectField(_("Which report?"), [Required()])

    def offer(self, adopted: Mapping[int, Sequence[tuple[str, str]]]) -> None:
        """Only what was adopted: the region of each year, and the municipalities."""
        self.what.choices = options(
            [
                (f"{year}/{slug}", _("%(year)s: %(name)s", year=str(year), name=name or _("the region")))
                for year, municipalities in adopted.items()
                for slug, name in [("", ""), *municipalities]
            ]
        )

    @property
    def year(self) -> int:
        """The year that was chosen."""
        return int(str(self.what.data).partition("/")[0])

    @property
    def slug(self) -> str:
        """The municipality that was chosen; empty: the region."""
        return str(self.what.data).partition("/")[2]
