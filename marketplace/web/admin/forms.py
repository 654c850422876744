"""What is asked about people and storage places."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, StringField

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import ROLE_LABELS, Role
from marketplace.kernel.language import _
from marketplace.web.forms import Form, Required, options

LANGUAGES = (("nl", "Nederlands"), ("en", "English"))


class InviteForm(Form):
    """Whom to invite, as what, and in which language."""

    email = StringField(_("E-mail address"), [Required(_("Fill in the e-mail address of the person that you invite."))])
    organisation = SelectField(_("Organisation"), [Required()])
    role = RadioField(_("Role"), [Required()], choices=options((role.value, label) for role, label in ROLE_LABELS.items()))
    locale = SelectField(_("Language of the invitation"), [Required()], choices=options(LANGUAGES))

    def offer(self, organisations: Sequence[Organisation], roles: tuple[Role, ...]) -> None:
        """Only where and as what the actor may invite."""
        self.organisation.choices = options((one.slug, one.name) for one in organisations)
        self.role.choices = options((role.value, ROLE_LABELS[role]) for role in roles)


class RoleForm(Form):
    """What somebody may do."""

    role = RadioField(_("Role"), [Required()], choices=options((role.value, label) for role, label in ROLE_LABELS.items()))

    def narrow(self, roles: tuple[Role, ...]) -> None:
        """Only the roles that the actor may give."""
        self.role.choices = options((role.value, ROLE_LABELS[role]) for role in roles)


class DepotForm(Form):
    """The name, place and address of a storage place."""

    name = StringField(
        _("What is the depot called?"),
        [Required(_("Fill in the name of the depot, for example “Works yard Borne”."))],
        description=_("People choose it by this name when they offer something."),
    )
    place = StringField(
        _("Where is it?"),
        [Required(_("Fill in a place, a postcode or coordinates."))],
        description=_("A place, a postcode or coordinates, for example 52.3001, 6.7480. Distances are measured from here."),
    )
    address = StringField(_("Street and number"), description=_("Only who collects something there gets to see it."))


class DepotDetailsForm(Form):
    """The name and address of a storage place; its place stays."""

    name = StringField(
        _("What is the depot called?"), [Required(_("Fill in the name of the depot, for example “Works yard Borne”."))]
    )
    address = StringField(_("Street and number"), description=_("Only who collects something there gets to see it."))
