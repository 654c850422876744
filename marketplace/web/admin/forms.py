"""What is asked about people and organisations."""

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules.accounts import ROLE_LABELS, OrganisationKind, Role
from marketplace.accounts.rules.organisations import KIND_LABELS, SUB_KIND_LABELS
from marketplace.kernel.language import _
from marketplace.market.rules.windows import WindowDefaults
from marketplace.web.ui.forms import ChecksField, Form, IdempotencyField, Required, options
from marketplace.web.ui.numbers import WholeField

_DAYS = _("Enter a whole number of days, for example 14.")
LANGUAGES = (("nl", "Nederlands"), ("en", "English"))


class InviteForm(Form):
    """Whom to invite, as what, and in which language."""

    email = StringField(_("Email address"), [Required(_("Fill in the email address of the person you are inviting."))])
    organisation = SelectField(_("Organisation"), [Required()])
    role = RadioField(_("Role"), [Required()], choices=options((role.value, label) for role, label in ROLE_LABELS.items()))
    locale = SelectField(_("Language of the invitation"), [Required()], choices=options(LANGUAGES))

    def offer(self, organisations: Sequence[Organisation], roles: tuple[Role, ...]) -> None:
        """Only where and as what the actor may invite."""
        self.organisation.choices = options((organisation.slug, organisation.name) for organisation in organisations)
        self.role.choices = options((role.value, ROLE_LABELS[role]) for role in roles)


class RoleForm(Form):
    """What somebody may do."""

    role = RadioField(_("Role"), [Required()], choices=options((role.value, label) for role, label in ROLE_LABELS.items()))

    def narrow(self, roles: tuple[Role, ...]) -> None:
        """Only the roles that the actor may give."""
        self.role.choices = options((role.value, ROLE_LABELS[role]) for role in roles)


class OrganisationForm(Form):
    """What the administrator says of an organisation of which the kind is known."""

    version = HiddenField()
    name = StringField(_("What is the organisation called?"), [Required()])
    sub_kind = SelectField(
        _("What sort of partner?"),
        choices=options(((kind.value, label) for kind, label in SUB_KIND_LABELS.items()), empty=_("Choose one")),
    )
    place = StringField(
        _("Main place"),
        [Required(_("Fill in a place, a postcode or coordinates."))],
        description=_("Where the organisation sits, for example Almelo."),
    )
    code = StringField(_("Code of the CBS"), description=_("Only of a municipality, for example GM0164."))
    email_domain = StringField(_("What its email addresses end in"), description=_("For example vechtstromen.nl."))
    alert_email = StringField(
        _("Email address for alerts"),
        description=_(
            "Only of an adviser such as the environmental service: a recall is mailed here too, also when nobody logs in. For example meldpunt@odt.nl."
        ),
    )


class NewOrganisationForm(OrganisationForm):
    """An organisation that is made: its kind too, which never changes after that."""

    kind = SelectField(
        _("Kind"),
        [Required()],
        choices=options((kind.value, KIND_LABELS[kind]) for kind in KIND_LABELS if kind is not OrganisationKind.REGION),
        validate_choice=False,
    )


class DeclineForm(Form):
    """Why an organisation cannot join."""

    reason = TextAreaField(
        _("Why not?"), [Required(_("Say why. Whoever asked can read it."))], description=_("Whoever asked reads it in an email.")
    )


class WindowsForm(Form):
    """The members of the circle, and how long each ring waits for the one before it."""

    idempotency_key = IdempotencyField()
    circle = ChecksField(
        _("Which municipalities are in your circle?"),
        description=_("They go before the rest of the region. Tick none if you have no circle."),
        validate_choice=False,
    )
    circle_days = WholeField(
        _("How many days does the circle wait?"),
        [Required(_DAYS)],
        description=_("Counted from the day on which a lot is published."),
    )
    region_days = WholeField(
        _("How many days does the region wait?"),
        [Required(_DAYS)],
        description=_("Counted from the day of the circle; without a circle from the day on which a lot is published."),
    )
    partners_days = WholeField(
        _("How many days do partners wait?"), [Required(_DAYS)], description=_("Counted from the day of the region.")
    )
    reason = TextAreaField(
        _("Why does somebody not wait?"),
        description=_(
            "Only if the region or the partners wait 0 days for the ones before them. It is shown with every such lot."
        ),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """What is no number has a sentence of its own."""
        is_valid = bool(super().validate(extra_validators))
        for name in ("circle_days", "region_days", "partners_days"):
            if self[name].process_errors:
                self[name].errors = [_DAYS]
        return is_valid

    def agreed(self) -> WindowDefaults:
        """What was typed."""
        return WindowDefaults(
            circle=tuple(self.circle.data or ()),
            circle_days=self.circle_days.data or 0,
            region_days=self.region_days.data or 0,
            partners_days=self.partners_days.data or 0,
            reason=self.reason.data or "",
        )
