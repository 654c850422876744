"""One field of each kind, for the page of components."""

from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField

from marketplace.kernel.language import _
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import CONDITION_LABELS
from marketplace.web.ui.forms import ChecksField, DecimalField, DutchDateField, Form, PhotosField, QuantityField, options

KINDS = options([("a", _("Paving")), ("b", _("Timber"))])


class StyleForm(Form):
    """One field of each kind."""

    title = StringField(_("A line of text"), description=_("A hint says what is meant."))
    remark = StringField(_("A few lines"))
    secret = PasswordField(_("A password"))
    material = SelectField(_("A choice from a list"), choices=KINDS)
    condition = RadioField(
        _("A choice of a few"), choices=options([(key.value, label) for key, label in CONDITION_LABELS.items()]), default="good"
    )
    groups = ChecksField(_("Any of these"), choices=KINDS)
    agreed = BooleanField(_("A single box"))
    quantity = QuantityField(_("A quantity"), units=(Unit.M2, Unit.PIECE))
    weight = DecimalField(_("A number with a unit"))
    day = DutchDateField(_("A day"))
    photos = PhotosField(_("Photos"))
