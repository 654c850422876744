"""What is asked of a paper. A file that was fine stays, whatever else is wrong: it is carried along in signed words."""

from typing import Any

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage
from wtforms import Field, FileField, SelectField, StringField

from marketplace.documents.actions import Taken
from marketplace.documents.rules import PaperDraft, StoredFile
from marketplace.http.lot_papers import take_file
from marketplace.http.request import current_actor
from marketplace.kernel.errors import Refusal, TooLarge
from marketplace.kernel.language import Text, _
from marketplace.materials.rules.taxonomy import Material, Taxonomy
from marketplace.web.ui.choices import SelectChoice
from marketplace.web.ui.forms import DutchDateField, Form, IdempotencyField, Required

KEPT_S = 12 * 3600
ACCEPT = "application/pdf,.pdf,image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,.heic"


def _awaited(_form: Form, _field: Field) -> None:
    """A file is needed; whether one arrived before is looked at by the form as a whole."""


_awaited.field_flags = {"required": True}  # type: ignore[attr-defined]


class PaperForm(Form):
    """A paper: what it is, its file, its number, who issued it, and its days."""

    idempotency_key = IdempotencyField()
    kind = SelectField(_("Which paper is it?"), [Required(_("Choose which paper it is."))])
    file = FileField(
        _("The paper itself"),
        [_awaited],
        description=_(
            "A PDF, or a photo on which everything can be read. At most 20 MB. On a phone you can take the photo at once."
        ),
    )
    number = StringField(_("Number"), description=_("As it is on the paper. Only a drawing or another paper may go without."))
    issuer = StringField(_("Issued by"), description=_("The laboratory, the certifying body or the manufacturer."))
    issued_on = DutchDateField(
        _("Issued on"),
        [Required(_("Type the day on which the paper was issued."))],
        is_past=True,
        description=_("For example 12 March 2025."),
    )
    valid_until = DutchDateField(
        _("Valid until"), description=_("The last day that is on it. Leave it empty if the paper does not expire.")
    )

    taken: Taken | None = None
    token: str = ""

    def offer(self, taxonomy: Taxonomy, material: Material) -> None:
        """The kinds to choose from: first those that the rules ask of this material."""
        wanted = taxonomy.wanted_paper_kinds(material)
        first, others = (str(heading) if wanted else None for heading in (_("Asked of this material"), _("Other papers")))
        in_order = sorted(taxonomy.paper_kinds, key=lambda kind: kind.slug not in wanted)
        self.kind.choices = [
            SelectChoice("", _("Choose one")),
            *(SelectChoice(kind.slug, kind.name, optgroup=first if kind.slug in wanted else others) for kind in in_order),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Look the file through before the session opens. One that is not fine stops only itself."""
        is_valid = bool(super().validate(extra_validators))
        self.taken = _read_kept(request.form.get("kept", ""))
        sent = self.file.data
        if isinstance(sent, FileStorage) and sent.filename:
            try:
                self.taken = take_file(sent)
            except Refusal as refusal:
                self.file.errors = [refusal.message]
                self.refusal = refusal if isinstance(refusal, TooLarge) else None
        elif self.taken is None:
            self.file.errors = [_("Choose the PDF, or take a photo of the paper.")]
        self.file.flags.required = self.taken is None
        self.token = str(_signer().dumps(_packed(self.taken))) if self.taken else ""
        return is_valid and not self.file.errors

    @property
    def arrived(self) -> Text | None:
        """That a file has arrived, and what it is."""
        if self.taken is None:
            return None
        if self.taken.file.media_type == "application/pdf":
            return _("The PDF has arrived. You do not have to choose it again.")
        return _("The photo has arrived. You do not have to choose it again.")

    def draft(self) -> PaperDraft:
        """What was typed, as the rules take it."""
        return PaperDraft(
            self.kind.data, self.issued_on.data, self.number.data or "", self.issuer.data or "", self.valid_until.data
        )

    def stored(self) -> Taken:
        """The file, once the form is right."""
        assert self.taken is not None
        return self.taken


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"kept paper of {current_actor().person_id}")


def _packed(taken: Taken) -> list[Any]:
    file = taken.file
    return [file.name, file.media_type, file.size_bytes, file.pages, taken.was_signed]


def _read_kept(token: str) -> Taken | None:
    """The file that a word names; None for a word that is not ours, not theirs or too old."""
    try:
        name, media_type, size_bytes, pages, was_signed = _signer().loads(token, max_age=KEPT_S)
    except BadSignature:
        return None
    return Taken(StoredFile(name, media_type, size_bytes, pages), was_signed)
