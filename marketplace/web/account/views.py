"""Log-in, invitations, passwords and sessions."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import Response as BaseResponse
from flask.typing import ResponseReturnValue

from marketplace.accounts.actions import people, sessions
from marketplace.accounts.policy import Can
from marketplace.accounts.queries import people as people_queries
from marketplace.accounts.queries import sessions as sessions_queries
from marketplace.accounts.queries.tokens import list_tokens
from marketplace.accounts.rules.accounts import ROLE_LABELS, Role
from marketplace.accounts.rules.phones import PHONE_SHOWN_LABELS, DetailsDraft, PhoneShown, phone_text
from marketplace.accounts.rules.tokens import SCOPE_LABELS
from marketplace.http import browser_copy, identity
from marketplace.http.request import current_actor, current_session, permission, public
from marketplace.kernel.language import _, reading_in
from marketplace.web.account import entrance
from marketplace.web.account.browsers import browser
from marketplace.web.account.forms import AcceptForm, DetailsForm, ForgotForm, LogInForm, PasswordForm, ResetForm
from marketplace.web.ui.form_page import done, page, submit

blueprint = Blueprint("account", __name__)
TARGET_LENGTH_MAX = 2000


@blueprint.after_request
def keep_out_of_caches(response: BaseResponse) -> BaseResponse:
    """Keep pages around a password out of every cache, for visitors too. Where a session has ended, the browser forgets what it kept."""
    if request.method == "GET" and identity.has_ended():
        browser_copy.cleared(response)
    return browser_copy.apart(response)


def local_target() -> str:
    """Where to go after log-in: a path of this site out of `next`, or the work page. Anything that could lead elsewhere is ignored."""
    target = request.args.get("next", "")
    is_path = target.startswith("/") and not target.startswith("//") and len(target) <= TARGET_LENGTH_MAX
    if is_path and "\\" not in target and target.isprintable():
        return target
    return request.script_root + "/werk"


@blueprint.route("/inloggen", methods=["GET", "POST"])
@public
def log_in() -> ResponseReturnValue:
    """Who you are: e-mail address and password."""
    if request.method == "GET" and current_actor().is_member:
        return redirect(local_target(), 303)
    form, back = LogInForm(), [local_target()]

    def enter() -> None:
        typed = {"email": form.email.data or "", "password": form.password.data or "", "word": form.word.data or ""}
        back.append(entrance.log_in(**typed) or back[0])

    if submit(form, enter):
        message = _("What you typed is in the form again. Nothing has been sent yet: look it over and send it.")
        return done(message, back[-1], "info") if back[-1] != back[0] else redirect(back[-1], 303)
    return page("account/log_in.html", form, target=request.args.get("next"))


@blueprint.post("/uitloggen")
@public
def log_out() -> ResponseReturnValue:
    """End the session of this browser. For somebody who is not signed in there is nothing to end."""
    if current_actor().is_member:
        entrance.log_out()
    return done(_("You are logged out."), request.script_root + "/")


@blueprint.post("/uitloggen-overal")
@permission(Can.OWN_ACCOUNT)
def log_out_everywhere() -> ResponseReturnValue:
    """End every session of this person."""
    entrance.log_out(everywhere=True)
    return done(_("You are logged out in every browser."), url_for("account.log_in"))


@blueprint.route("/wachtwoord-vergeten", methods=["GET", "POST"])
@public
def forgot() -> ResponseReturnValue:
    """Ask for a link to set a new password."""
    form = ForgotForm()
    if submit(form, lambda: entrance.request_reset(email=form.email.data or "")):
        return done(
            _(
                "If there is an account with this address, you will get an email with a link within a few "
                "minutes. The link works for one hour."
            ),
            url_for("account.log_in"),
        )
    return page("account/forgot.html", form)


@blueprint.route("/wachtwoord/<string:token>", methods=["GET", "POST"])
@public
def reset(token: str) -> ResponseReturnValue:
    """Set a new password by the mailed link."""
    form = ResetForm()
    if submit(form, lambda: entrance.reset_password(token, password=form.password.data or "")):
        return done(_("Your new password is set. Log in with it."), url_for("account.log_in"))
    entrance.check_reset(token)
    return page("account/reset.html", form, token=token)


@blueprint.route("/uitnodiging/<string:token>", methods=["GET", "POST"])
@public
def accept(token: str) -> ResponseReturnValue:
    """Take the seat that an organisation has reserved."""
    seat = entrance.find_seat(token)
    form = AcceptForm()
    if submit(form, lambda: entrance.accept(token, name=form.name.data or "", password=form.password.data or "")):
        return done(_("Welcome. Your account is ready."), request.script_root + "/werk")
    return page("account/accept.html", form, refused=422, token=token, seat=seat, role=ROLE_LABELS[seat.role])


@blueprint.get("/account")
@permission(Can.OWN_ACCOUNT)
def show() -> ResponseReturnValue:
    """One's own details, sessions and tokens."""
    idle, lifetime = identity.limits()
    session, actor = current_session(), current_actor()
    return render_template(
        "account/show.html",
        phone_shown=PHONE_SHOWN_LABELS,
        person=people_queries.get_own(session, actor),
        role=ROLE_LABELS[Role(actor.role)],
        browser=browser,
        sessions=sessions_queries.list_sessions(session, actor, idle=idle, lifetime=lifetime),
        this_session_id=identity.current_session_id(),
        tokens=list_tokens(session, actor),
        scopes=SCOPE_LABELS,
    )


@blueprint.route("/account/gegevens", methods=["GET", "POST"])
@permission(Can.OWN_ACCOUNT)
def details() -> ResponseReturnValue:
    """Change your own name, language and phone number."""
    person = people_queries.get_own(current_session(), current_actor())
    form = DetailsForm(obj=person)
    if not form.is_submitted():
        form.phone.data = phone_text(person.phone).replace("\u00a0", " ")
    if submit(form, lambda: change_details(form)):
        with reading_in(form.locale.data):
            return done(_("Your details are saved."), ("/en" if form.locale.data == "en" else "") + "/account")
    return page("account/details.html", form)


def change_details(form: DetailsForm) -> None:
    """Save what the form says."""
    draft = DetailsDraft(
        form.name.data or "", form.locale.data, phone=form.phone.data or "", phone_shown=PhoneShown(form.phone_shown.data)
    )
    people.change_details(current_session(), current_actor(), draft=draft)


@blueprint.route("/account/wachtwoord", methods=["GET", "POST"])
@permission(Can.OWN_ACCOUNT)
def password() -> ResponseReturnValue:
    """Change your own password."""
    form = PasswordForm()
    if submit(form, lambda: entrance.change_password(old=form.old_password.data or "", new=form.password.data or "")):
        return done(_("Your password is changed. You are logged out in every other browser."), url_for("account.show"))
    return page("account/password.html", form, refused=422)


@blueprint.post("/account/sessies/<int:session_id>/beeindigen")
@permission(Can.OWN_ACCOUNT)
def revoke_session(session_id: int) -> ResponseReturnValue:
    """Log out in one other browser."""
    sessions.revoke_session(current_session(), current_actor(), session_id=session_id)
    return done(_("That session has ended."), url_for("account.show"))
