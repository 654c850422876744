"""How much of the inhabitants a figure of the region asks for."""

from decimal import Decimal

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can
from marketplace.http.request import current_actor, current_session, permission
from marketplace.impact.actions.coverage import set_coverage
from marketplace.impact.queries.adopted import get_coverage_minimum, list_coverage_settings
from marketplace.impact.rules.material_use import COVERAGE_MINIMUM
from marketplace.kernel.language import _
from marketplace.web.goals.forms import CoverageForm
from marketplace.web.ui.form_page import done, page, submit


def register(blueprint: Blueprint) -> None:
    """Join the page of the setting."""
    blueprint.add_url_rule("/doelen/dekking", "coverage", coverage, methods=["GET", "POST"])


@permission(Can.SET_COVERAGE)
def coverage() -> ResponseReturnValue:
    """Set from how many inhabitants on there is a figure of the region."""
    session = current_session()
    form = CoverageForm(percent=get_coverage_minimum(session))
    if submit(form, lambda: set_coverage(session, current_actor(), form.percent.data or Decimal(0), form.reason.data or "")):
        return done(_("The setting has been saved."), url_for("goals.show"))
    settings = [(Decimal(setting.value), setting.reason, setting.set_at) for setting in list_coverage_settings(session)]
    return page("goals/coverage.html", form, settings=settings, first=COVERAGE_MINIMUM)
