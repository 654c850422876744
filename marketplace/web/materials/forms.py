"""What is asked to load a list of figures, and to decide on one."""

from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, HiddenField, TextAreaField

from marketplace.kernel.language import _
from marketplace.sheets.reading import FILE_BYTES_MAX
from marketplace.web.ui.forms import Form, IdempotencyField, Required


class ListForm(Form):
    """One list."""

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
    """Take a list into use. `seen`: the version that its changes were shown against."""

    idempotency_key = IdempotencyField()
    seen = HiddenField()
    sure = BooleanField(_("I have checked these figures with their source"))

    @property
    def version(self) -> int:
        """The version that was looked at; 0 where none was sent."""
        typed = str(self.seen.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class DeclineForm(Form):
    """Decline a list."""

    idempotency_key = IdempotencyField()
    reason = TextAreaField(_("Why not?"), [Required()])


class StepForm(Form):
    """A step that asks nothing."""

    idempotency_key = IdempotencyField()
