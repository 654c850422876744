"""What is asked to load a table of prices, and to take it into use."""

from wtforms import BooleanField

from marketplace.kernel.language import _
from marketplace.web.ui.sheet_form import SeenForm


class UseForm(SeenForm):
    """Take a table into use. `seen`: the number of the table that its changes were shown against."""

    sure = BooleanField(_("I have checked these prices with their source"))
