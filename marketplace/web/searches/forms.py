"""The name of a saved search."""

from wtforms import StringField

from marketplace.kernel.language import _
from marketplace.web.ui.forms import Form, Required


class KeepForm(Form):
    """A name for a search."""

    name = StringField(
        _("What do you call this search?"), [Required(_("Give the search a name, for example “Pavers near Borne”."))]
    )
