"""The form of whoever asks to join, and the form of the page of components."""

from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField, TextAreaField

from marketplace.accounts.rules.organisations import SUB_KIND_LABELS, JoinDraft, SubKind
from marketplace.kernel.language import _
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import CONDITION_LABELS
from marketplace.web.ui.forms import (
    ChecksField,
    DecimalField,
    DutchDateField,
    Form,
    PhotosField,
    QuantityField,
    Required,
    options,
)

KINDS = options([("a", _("Paving")), ("b", _("Timber"))])


class JoinForm(Form):
    """An organisation that asks to join, and whom to write to."""

    organisation = StringField(_("What is your organisation called?"), [Required()])
    sub_kind = SelectField(
        _("What sort of organisation is it?"),
        [Required()],
        choices=options(((kind.value, label) for kind, label in SUB_KIND_LABELS.items()), empty=_("Choose one")),
    )
    place = StringField(_("In which place is your organisation?"), [Required()])
    name = StringField(_("What is your name?"), [Required()])
    email = StringField(
        _("What is your email address at work?"),
        [Required()],
        description=_("The answer goes there. When you can join, you become the coordinator of your organisation."),
    )
    message = TextAreaField(_("What would you like to offer or find?"))

    def draft(self) -> JoinDraft:
        """The request."""
        return JoinDraft(
            organisation=self.organisation.data or "",
            sub_kind=SubKind(self.sub_kind.data),
            place=self.place.data or "",
            name=self.name.data or "",
            email=self.email.data or "",
            message=self.message.data or "",
        )


class StyleForm(Form):
    """One field of each kind."""

    title = StringField(_("A line of text"), description=_("A hint says what is meant."))
    remark = TextAreaField(_("A few lines"))
    secret = PasswordField(_("A password"))
    material = SelectField(_("A choice from a list"), choices=KINDS)
    sort = RadioField(_("A choice that takes one line"), choices=KINDS)
    condition = RadioField(
        _("A choice of a few"), choices=options([(key.value, label) for key, label in CONDITION_LABELS.items()]), default="good"
    )
    groups = ChecksField(_("Any of these"), choices=KINDS)
    agreed = BooleanField(_("A single box"))
    quantity = QuantityField(_("A quantity"), units=(Unit.M2, Unit.PIECE))
    weight = DecimalField(_("A number with a unit"))
    day = DutchDateField(_("A day"))
    photos = PhotosField(_("Photos"))
