"""What is asked of a token and of a machine account."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, StringField

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules.tokens import SCOPE_LABELS, Scope, TokenDraft
from marketplace.kernel.language import _
from marketplace.web.ui.forms import DutchDateField, Form, Required, options


class TokenForm(Form):
    """What a token is for, what it is good for, and until when."""

    name = StringField(
        _("What will you use the token for?"),
        [Required(_("Fill in what the token is for."))],
        description=_("For example: the stock list of our works yard. You will recognise the token by this name."),
    )
    scope = RadioField(
        _("What may the program do with it?"),
        [Required()],
        choices=options((scope.value, label) for scope, label in SCOPE_LABELS.items()),
    )
    organisation = SelectField(
        _("For which organisation?"), description=_("Kept to one organisation, the token reads only what its people read.")
    )
    expires_on = DutchDateField(
        _("Last day"), description=_("The day itself still counts, for example 31 December 2027. Empty: until you revoke it.")
    )

    def offer(self, organisations: Sequence[Organisation]) -> None:
        """The organisations to which the token may be kept; without any the question is not asked."""
        if organisations:
            self.organisation.choices = options(
                ((str(organisation.id), organisation.name) for organisation in organisations), empty=_("all organisations")
            )
        else:
            del self.organisation

    def draft(self) -> TokenDraft:
        """The token that is asked for."""
        kept_to = self.organisation.data if self.organisation else ""
        return TokenDraft(
            name=self.name.data or "",
            scope=Scope(self.scope.data),
            organisation_id=int(kept_to) if kept_to else None,
            expires_on=self.expires_on.data,
        )


class MachineForm(Form):
    """What a program is called, and whose it is."""

    name = StringField(
        _("What is the system called?"),
        [Required(_("Fill in what the system is called."))],
        description=_("It signs under this name, for example: stock system of the works yard."),
    )
    organisation = SelectField(_("Organisation"), [Required()])

    def offer(self, organisations: Sequence[Organisation]) -> None:
        """Only where the actor may make one."""
        self.organisation.choices = options((organisation.slug, organisation.name) for organisation in organisations)
