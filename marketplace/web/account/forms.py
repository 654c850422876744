"""What is asked around an account. Only shape is looked at here; passwords are judged in `accounts.rules.passwords`."""

from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField

from marketplace.accounts.rules.accounts import PASSWORD_LENGTH_MIN
from marketplace.accounts.rules.phones import PHONE_SHOWN_LABELS, PhoneShown
from marketplace.kernel.language import _
from marketplace.web.ui.forms import Form, Required, options

NEW_PASSWORD_HINT = _(
    "At least %(shortest)s characters. Four words that have nothing to do with each other are easy to remember.",
    shortest=PASSWORD_LENGTH_MIN,
)


class LogInForm(Form):
    """E-mail address and password. And, in a signed word, what was typed in a form that came too late."""

    word = HiddenField()
    email = StringField(_("Email address"), [Required(_("Fill in your email address."))])
    password = PasswordField(_("Password"), [Required(_("Fill in your password."))])


class ForgotForm(Form):
    """Where to send a link for a new password."""

    email = StringField(
        _("Email address"), [Required(_("Fill in your email address."))], description=_("The address that you log in with.")
    )


class ResetForm(Form):
    """A new password by a mailed link."""

    password = PasswordField(_("New password"), [Required(_("Fill in a new password."))], description=NEW_PASSWORD_HINT)


class AcceptForm(Form):
    """A name and a password for somebody who was invited."""

    name = StringField(
        _("Your name"),
        [Required(_("Fill in your name."))],
        description=_("Colleagues in your own organisation see it; the public does not."),
    )
    password = PasswordField(_("Choose a password"), [Required(_("Fill in a new password."))], description=NEW_PASSWORD_HINT)


class DetailsForm(Form):
    """One's own name, the language of mail, and a phone number with whom it is for."""

    name = StringField(_("Your name"), [Required(_("Fill in your name."))])
    locale = SelectField(
        _("Language of pages and emails"), [Required()], choices=options((("nl", "Nederlands"), ("en", "English")))
    )
    phone = StringField(
        _("Your phone number"), description=_("For whoever wants to call about a lot or a transfer. For example 06 12345678.")
    )
    phone_shown = RadioField(
        _("Who can see your phone number?"),
        [Required()],
        choices=options((item.value, PHONE_SHOWN_LABELS[item]) for item in PhoneShown),
    )


class PasswordForm(Form):
    """The present password and a new one."""

    old_password = PasswordField(_("Current password"), [Required(_("Fill in your present password."))])
    password = PasswordField(_("New password"), [Required(_("Fill in a new password."))], description=NEW_PASSWORD_HINT)
