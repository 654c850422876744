"""A joint need as a paper and as a table."""

from flask import Response

from marketplace.http.tables import download_answer, table_answer
from marketplace.impact.rules.impact import LORRY
from marketplace.joint.queries.needs import JointNeed
from marketplace.joint.rules.clause import Clause
from marketplace.kernel.language import _
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.sheets.joint_need import joint_need_paper
from marketplace.sheets.joint_rows import HEADER, lines
from marketplace.sheets.pages import MEDIA_TYPE


def clause_of(need: JointNeed, taxonomy: Taxonomy) -> Clause:
    """The clause for the distance that was chosen, by the lorry of every estimate."""
    return Clause(need.material, need.question.within_km, taxonomy.vehicle(LORRY), need.as_of)


def joint_paper_answer(need: JointNeed, taxonomy: Taxonomy) -> Response:
    """The need with its clause as a PDF."""
    name = _("joint-need-%(material)s", material=need.material.slug)
    return download_answer(name, "pdf", joint_need_paper(need, clause_of(need, taxonomy)), MEDIA_TYPE)


def joint_table_answer(need: JointNeed) -> Response:
    """A row for each need."""
    return table_answer(_("joint-need-%(material)s", material=need.material.slug), HEADER, lines(need))
