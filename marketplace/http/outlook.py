"""What comes free and what is needed, as a file."""

from flask import Response

from marketplace.http.tables import table_answer
from marketplace.kernel.language import _
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.outlook.queries import Ahead
from marketplace.sheets.outlook_rows import HEADER, lines


def outlook_answer(ahead: Ahead, taxonomy: Taxonomy) -> Response:
    """A row for each quarter, group and municipality."""
    return table_answer(_("outlook"), HEADER, lines(ahead, taxonomy))
