"""What an organisation agrees about the turns of its lots."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.language import _
from marketplace.market.actions.windows import set_windows
from marketplace.market.queries.windows import get_window_defaults
from marketplace.web.admin.forms import WindowsForm
from marketplace.web.ui.choices import SelectChoice
from marketplace.web.ui.form_page import done, page, submit
from marketplace.web.ui.windows import agreed_rows, municipal_names


@permission(Can.SET_WINDOWS)
def windows() -> ResponseReturnValue:
    """Agree on the rings of your own lots; what a lot itself says goes before this."""
    session, actor = current_session(), current_actor()
    agreed, names = get_window_defaults(session, actor.organisation_id), municipal_names(session)
    form = WindowsForm(obj=agreed)
    form.circle.choices = [SelectChoice(slug, name) for slug, name in names.items() if slug != actor.organisation_slug]
    if submit(form, lambda: set_windows(session, actor, form.agreed())):
        return done(_("Agreed. It counts for lots that you publish from now on."), url_for("admin.windows"))
    return page("admin/windows.html", form, rows=agreed_rows(agreed, names))


def register(blueprint: Blueprint) -> None:
    """Add the page to administration."""
    blueprint.add_url_rule("/beheer/vensters", "windows", windows, methods=("GET", "POST"))
