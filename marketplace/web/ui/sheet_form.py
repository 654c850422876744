"""What is asked to load a sheet of figures, and to take it into use."""

from werkzeug.datastructures import FileStorage
from wtforms import FileField, HiddenField

from marketplace.kernel.language import _
from marketplace.sheets.reading import FILE_BYTES_MAX
from marketplace.web.ui.forms import Form, IdempotencyField, Required
from marketplace.web.ui.paging import NUMBER_DIGITS_MAX


class SheetForm(Form):
    """One sheet."""

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


class SeenForm(Form):
    """Take something into use. `seen`: the number of what its changes were shown against."""

    idempotency_key = IdempotencyField()
    seen = HiddenField()

    @property
    def number(self) -> int:
        """What was looked at; 0 where nothing was sent."""
        typed = str(self.seen.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= NUMBER_DIGITS_MAX else 0
