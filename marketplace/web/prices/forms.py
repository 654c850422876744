"""What is asked to load a table of prices, and to take it into use."""

from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, HiddenField

from marketplace.kernel.language import _
from marketplace.sheets.reading import FILE_BYTES_MAX
from marketplace.web.ui.forms import Form, IdempotencyField, Required
from marketplace.web.ui.paging import NUMBER_DIGITS_MAX


class TableForm(Form):
    """One table."""

    idempotency_key = IdempotencyField()
    file = FileField(
        _("File"),
        [Required(_("Choose a file: XLSX or CSV."))],
        description=_("CSV or XLSX, at most 5 MB. The first row names the columns."),
    )

    def content(self) -> tuple[str, bytes]:
        """The name and what is in it, one byte more than may be at most."""
        sent = self.file.data
        return (str(sent.filename or ""), sent.stream.read(FILE_BYTES_MAX + 1)) if isinstance(sent, FileStorage) else ("", b"")


class UseForm(Form):
    """Take a table into use. `seen`: the number of the table that its changes were shown against."""

    idempotency_key = IdempotencyField()
    seen = HiddenField()
    sure = BooleanField(_("I have checked these prices with their source"))

    @property
    def number(self) -> int:
        """The table that was looked at; 0 where none was sent."""
        typed = str(self.seen.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= NUMBER_DIGITS_MAX else 0
