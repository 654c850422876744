"""One's own tokens, and the machine accounts of an organisation with theirs."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.actions import tokens
from marketplace.accounts.models import Person
from marketplace.accounts.policy import Can, may
from marketplace.accounts.queries import organisations
from marketplace.accounts.queries import tokens as queries
from marketplace.accounts.rules.accounts import Role
from marketplace.accounts.rules.tokens import SCOPE_LABELS, Scope
from marketplace.http import browser_copy
from marketplace.http.idempotency import show_once
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.language import _
from marketplace.web.tokens.forms import MachineForm, TokenForm
from marketplace.web.ui.form_page import attempt, done, page

blueprint = Blueprint("tokens", __name__)
MANAGED = permission(Can.MANAGE_MACHINES)


blueprint.after_request(browser_copy.apart)


@blueprint.route("/account/tokens", methods=["GET", "POST"])
@permission(Can.OWN_TOKENS)
def create_token() -> ResponseReturnValue:
    """Make a token for oneself; it is shown this once."""
    reads_everywhere = current_actor().role == Role.REVIEWER
    form = TokenForm(scope=Scope.READ.value)
    form.offer(organisations.list_organisations(current_session()) if reads_everywhere else [])
    return _made(form, None)


@blueprint.post("/account/tokens/<int:token_id>/intrekken")
@permission(Can.OWN_TOKENS)
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Make a token worthless."""
    session, actor = current_session(), current_actor()
    account = queries.get_token(session, actor, token_id).account
    tokens.revoke_token(session, actor, token_id=token_id)
    back = url_for("tokens.show_machine", account_id=account.id) if account.is_machine else url_for("account.show")
    return done(_("The token is revoked. Programs that use it are refused from now on."), back)


@blueprint.get("/beheer/systeemaccounts")
@MANAGED
def machines() -> str:
    """List the machine accounts, those that have ended last."""
    return render_template(
        "tokens/machines.html",
        machines=queries.list_machines(current_session(), current_actor()),
        sees_all=may(current_actor(), Can.MANAGE_ORGANISATIONS),
    )


@blueprint.route("/beheer/systeemaccounts/nieuw", methods=["GET", "POST"])
@MANAGED
def create_machine() -> ResponseReturnValue:
    """Make a machine account."""
    session, actor = current_session(), current_actor()
    everywhere = may(actor, Can.MANAGE_ORGANISATIONS)
    own = organisations.get_organisation_by_slug(session, actor.organisation_slug)
    form = MachineForm()
    form.offer(organisations.list_organisations(session) if everywhere else [own])

    def make() -> Person:
        place = organisations.get_organisation_by_slug(session, form.organisation.data)
        return tokens.create_machine(session, actor, organisation_id=place.id, name=form.name.data or "")

    made = attempt(form, make) if form.validate_on_submit() else None
    if made is not None:
        return done(
            _("The machine account is there. Make its first token now."), url_for("tokens.show_machine", account_id=made.id)
        )
    return page("tokens/create_machine.html", form)


@blueprint.get("/beheer/systeemaccounts/<int:account_id>")
@MANAGED
def show_machine(account_id: int) -> str:
    """One machine account with its tokens."""
    session, actor = current_session(), current_actor()
    return render_template(
        "tokens/show_machine.html",
        machine=queries.get_machine(session, actor, account_id),
        tokens=queries.list_tokens_of_machine(session, actor, account_id),
        scopes=SCOPE_LABELS,
    )


@blueprint.route("/beheer/systeemaccounts/<int:account_id>/token", methods=["GET", "POST"])
@MANAGED
def create_machine_token(account_id: int) -> ResponseReturnValue:
    """Make a token for a machine account; it is shown this once."""
    form = TokenForm(scope=Scope.READ.value)
    form.offer([])
    return _made(form, queries.get_machine(current_session(), current_actor(), account_id))


@blueprint.post("/beheer/systeemaccounts/<int:account_id>/beeindigen")
@MANAGED
def end_machine(account_id: int) -> ResponseReturnValue:
    """End a machine account and its tokens."""
    machine = tokens.end_machine(current_session(), current_actor(), machine_id=account_id)
    return done(_("%(name)s has ended. Its tokens do not work any more.", name=machine.name), url_for("tokens.machines"))


def _made(form: TokenForm, machine: Person | None) -> ResponseReturnValue:
    """The form of a token, or the token that was made of it."""

    def make() -> str:
        owner_id = machine.id if machine else None
        _token, secret = tokens.create_token(current_session(), current_actor(), draft=form.draft(), person_id=owner_id)
        return show_once(secret)

    secret = attempt(form, make) if form.validate_on_submit() else None
    if secret is not None:
        return render_template("tokens/create_token.html", form=form, machine=machine, secret=secret)
    return page("tokens/create_token.html", form, refused=422, machine=machine, secret=None)
