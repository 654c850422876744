"""What is typed in a question, an answer and a message."""

from typing import Any

from flask import current_app
from flask_wtf.file import FileField
from wtforms import TextAreaField

from marketplace.kernel.errors import Refusal
from marketplace.kernel.language import _
from marketplace.market.actions.photos import store_picture
from marketplace.market.rules.photos import StoredPicture
from marketplace.questions.models import Question
from marketplace.web.ui.forms import Form, IdempotencyField, Required

MESSAGE_FORM_BYTES_MAX = 21 * 1024 * 1024


class QuestionForm(Form):
    """One question."""

    idempotency_key = IdempotencyField()
    text = TextAreaField(
        _("Your question"),
        [Required(_("Write your question, for example: are they on pallets?"))],
        description=_("Every member reads your question and the answer, with the name of your organisation and not yours."),
        id="question",
    )


class AnswerForm(Form):
    """The one answer to a question."""

    idempotency_key = IdempotencyField()
    text = TextAreaField(_("Your answer"), [Required(_("Write the answer."))])

    @classmethod
    def of(cls, question: Question, sent: "AnswerForm | None" = None) -> "AnswerForm":
        """The form below one question: several may stand on a page."""
        form = cls(formdata=None) if sent is None else sent
        form.text.id = f"answer-{question.id}"
        form.text.label.field_id = form.text.id
        return form


class MessageForm(Form):
    """Words, a photo, or both. The picture is developed and stored while the form is looked at, before the session opens."""

    idempotency_key = IdempotencyField()
    photo = FileField(_("A photo with your message"), id="message-photo")
    text = TextAreaField(_("Your message"), id="message")
    picture: StoredPicture | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape, and whether it is a picture."""
        is_valid = bool(super().validate(extra_validators))
        if is_valid and self.photo.data:
            try:
                self.picture = store_picture(current_app.extensions["media"], self.photo.data.stream.read())
            except Refusal as refusal:
                self.photo.errors, is_valid = [refusal.message], False
        return is_valid
