"""Log-in, invitations, passwords, sessions and tokens."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import Response as BaseResponse

from marketplace.accounts.actions import people, sessions
from marketplace.accounts.policy import Can
from marketplace.accounts.queries import people as people_queries
from marketplace.accounts.queries import sessions as sessions_queries
from marketplace.accounts.rules.accounts import ROLE_LABELS, Role
from marketplace.http import identity
from marketplace.http.request import current_actor, current_session, permission, public
from marketplace.kernel.language import _, reading_in
from marketplace.web.account import entrance
from marketplace.web.account.browsers import browser
from marketplace.web.account.forms import AcceptForm, DetailsForm, ForgotForm, LogInForm, PasswordForm, ResetForm, TokenForm
from marketplace.web.ui.form_page import Page, shown, took

blueprint = Blueprint("account", __name__)
TARGET_LENGTH_MAX = 2000


@blueprint.after_request
def no_store(response: BaseResponse) -> BaseResponse:
    """Pages around a password are kept by no cache, for visitors neither."""
    response.headers["Cache-Control"] = "no-store"
    return response


def local_target() -> str:
    """Where to go after log-in: a path of this site out of `next`, or the work page. Anything that could lead elsewhere is ignored."""
    target = request.args.get("next", "")
    is_path = target.startswith("/") and not target.startswith("//") and len(target) <= TARGET_LENGTH_MAX
    if is_path and "\\" not in target and target.isprintable():
        return target
    return request.script_root + "/werk"


@blueprint.route("/inloggen", methods=["GET", "POST"])
@public
def log_in() -> Page:
    """Who you are: e-mail address and password."""
    if request.method == "GET" and current_actor().is_member:
        return redirect(local_target(), 303)
    form, back = LogInForm(), [local_target()]

    def enter() -> None:
        typed = {"email": form.email.data or "", "password": form.password.data or "", "word": form.word.data or ""}
        back.append(entrance.log_in(**typed) or back[0])

    if took(form, enter):
        if back[-1] != back[0]:
            flash(str(_("What you typed stands in the form again. Nothing has been sent yet: look it over and send it.")), "info")
        return redirect(back[-1], 303)
    return shown("account/log_in.html", form, target=request.args.get("next"))


@blueprint.post("/uitloggen")
@public
def log_out() -> Page:
    """End the session of this browser; for somebody who is not signed in there is nothing to end."""
    if current_actor().is_member:
        entrance.log_out()
    flash(str(_("You are logged out.")), "success")
    return redirect(request.script_root + "/", 303)


@blueprint.post("/uitloggen-overal")
@permission(Can.OWN_ACCOUNT)
def log_out_everywhere() -> Page:
    """End every session of this person."""
    entrance.log_out(everywhere=True)
    flash(str(_("You are logged out in every browser.")), "success")
    return redirect(url_for("account.log_in"), 303)


@blueprint.route("/wachtwoord-vergeten", methods=["GET", "POST"])
@public
def forgot() -> Page:
    """Ask for a link to set a new password."""
    form = ForgotForm()
    if took(form, lambda: entrance.request_reset(email=form.email.data or "")):
        flash(
            str(
                _(
                    "If there is an account with this address, you will find a mail with a link within a few minutes. It works for an hour."
                )
            ),
            "success",
        )
        return redirect(url_for("account.log_in"), 303)
    return shown("account/forgot.html", form)


@blueprint.route("/wachtwoord/<string:token>", methods=["GET", "POST"])
@public
def reset(token: str) -> Page:
    """Set a new password by the mailed link."""
    form = ResetForm()
    if took(form, lambda: entrance.reset_password(token, password=form.password.data or "")):
        flash(str(_("Your new password is set. Log in with it.")), "success")
        return redirect(url_for("account.log_in"), 303)
    entrance.check_reset(token)
    return shown("account/reset.html", form, token=token)


@blueprint.route("/uitnodiging/<string:token>", methods=["GET", "POST"])
@public
def accept(token: str) -> Page:
    """Take the seat that an organisation has kept."""
    seat = entrance.find_seat(token)
    form = AcceptForm()
    if took(form, lambda: entrance.accept(token, name=form.name.data or "", password=form.password.data or "")):
        flash(str(_("Welcome. Your account is ready.")), "success")
        return redirect(request.script_root + "/werk", 303)
    return shown("account/accept.html", form, token=token, seat=seat, role=ROLE_LABELS[seat.role])


@blueprint.get("/account")
@permission(Can.OWN_ACCOUNT)
def show() -> Page:
    """One's own details, sessions and tokens."""
    idle, lifetime = identity.limits()
    session, actor = current_session(), current_actor()
    return render_template(
        "account/show.html",
        person=people_queries.get_own(session, actor),
        role=ROLE_LABELS[Role(actor.role)],
        browser=browser,
        sessions=sessions_queries.list_sessions(session, actor, idle=idle, lifetime=lifetime),
        this_session_id=identity.current_session_id(),
        tokens=sessions_queries.list_tokens(session, actor),
    )


@blueprint.route("/account/gegevens", methods=["GET", "POST"])
@permission(Can.OWN_ACCOUNT)
def details() -> Page:
    """Change one's own name and language."""
    form = DetailsForm(obj=people_queries.get_own(current_session(), current_actor()))
    if took(form, lambda: change_details(form)):
        with reading_in(form.locale.data):
            flash(str(_("Your details are saved.")), "success")
        return redirect(("/en" if form.locale.data == "en" else "") + "/account", 303)
    return shown("account/details.html", form)


def change_details(form: DetailsForm) -> None:
    """Save what the form says."""
    people.change_details(current_session(), current_actor(), name=form.name.data or "", locale=form.locale.data)


@blueprint.route("/account/wachtwoord", methods=["GET", "POST"])
@permission(Can.OWN_ACCOUNT)
def password() -> Page:
    """Change one's own password."""
    form = PasswordForm()
    if took(form, lambda: entrance.change_password(old=form.old_password.data or "", new=form.password.data or "")):
        flash(str(_("Your password is changed. You are logged out in every other browser.")), "success")
        return redirect(url_for("account.show"), 303)
    return shown("account/password.html", form)


@blueprint.post("/account/sessies/<int:session_id>/beeindigen")
@permission(Can.OWN_ACCOUNT)
def revoke_session(session_id: int) -> Page:
    """Log out in one other browser."""
    sessions.revoke_session(current_session(), current_actor(), session_id=session_id)
    flash(str(_("That session has ended.")), "success")
    return redirect(url_for("account.show"), 303)


@blueprint.route("/account/tokens", methods=["GET", "POST"])
@permission(Can.OWN_ACCOUNT)
def create_token() -> Page:
    """Make an API token; it is shown this once."""
    form, made = TokenForm(), [""]
    if took(form, lambda: made.append(sessions.create_token(current_session(), current_actor(), name=form.name.data or ""))):
        return render_template("account/create_token.html", form=form, secret=made[-1])
    return shown("account/create_token.html", form, secret=None)


@blueprint.post("/account/tokens/<int:token_id>/intrekken")
@permission(Can.OWN_ACCOUNT)
def revoke_token(token_id: int) -> Page:
    """Make a token worthless."""
    sessions.revoke_token(current_session(), current_actor(), token_id=token_id)
    flash(str(_("The token is revoked. Programs that use it are refused from now on.")), "success")
    return redirect(url_for("account.show"), 303)
