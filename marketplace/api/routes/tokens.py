"""Tokens, and machine accounts: of a program, an organisation's and nobody's in person."""

from flask import Response

from marketplace.accounts.actions import tokens
from marketplace.accounts.policy import Can
from marketplace.accounts.queries import tokens as queries
from marketplace.accounts.rules.tokens import TokenDraft
from marketplace.api import query
from marketplace.api.bodies.token import MachineAccountBody, TokenBody
from marketplace.api.query import check_organisations
from marketplace.api.reading import read_body, read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.token import (
    MachineAccountSchema,
    MachineAccountsSchema,
    NewTokenSchema,
    TokenSchema,
    TokensSchema,
)
from marketplace.http.idempotency import show_once
from marketplace.http.request import current_actor, current_session, permission


@route("GET", "/tokens", gives=TokensSchema, tag="accounts", query=query.PAGE)
@permission(Can.OWN_TOKENS)
def list_tokens() -> Response:
    """Your tokens that work, newest first.

    For a coordinator also those of the machine accounts of the organisation, for an administrator those of every one.
    """
    page = read_page()
    rows = queries.list_tokens_to_look_after(current_session(), current_actor())
    return many(TokensSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("POST", "/tokens", takes=TokenBody(), gives=NewTokenSchema, status=201, tag="accounts", refuses=(404,))
@permission(Can.OWN_TOKENS)
def create_token() -> Response:
    """Create a token for yourself, or for a machine account that you look after. It reaches no further than the token that asks."""
    values, session, actor = read_body(TokenBody()), current_session(), current_actor()
    slug, machine_id = values.get("organisation"), values.get("machine_account")
    if machine_id is not None:
        machine_id = queries.get_machine(session, actor, machine_id).id
    draft = TokenDraft(
        name=values["name"],
        scope=values["scope"],
        organisation_id=check_organisations(session, (slug,))[0] if slug else None,
        expires_on=values.get("expires_on"),
    )
    token, secret = tokens.create_token(session, actor, draft=draft, person_id=machine_id)
    made = NewTokenSchema.write(queries.get_token(session, actor, token.id), secret=show_once(secret))
    return created(made, "show_token", token_id=token.id)


@route("GET", "/tokens/<int:token_id>", gives=TokenSchema, tag="accounts")
@permission(Can.OWN_TOKENS)
def show_token(token_id: int) -> Response:
    """One token, without its secret."""
    return ok(TokenSchema.write(queries.get_token(current_session(), current_actor(), token_id)))


@route("DELETE", "/tokens/<int:token_id>", gives=TokenSchema, tag="accounts")
@permission(Can.OWN_TOKENS)
def revoke_token(token_id: int) -> Response:
    """Revoke a token: whatever uses it is refused from now on."""
    session, actor = current_session(), current_actor()
    tokens.revoke_token(session, actor, token_id=token_id)
    return ok(TokenSchema.write(queries.get_token(session, actor, token_id)))


@route("GET", "/machine-accounts", gives=MachineAccountsSchema, tag="accounts", query=query.PAGE)
@permission(Can.MANAGE_MACHINES)
def list_machine_accounts() -> Response:
    """The machine accounts of your organisation; those that have ended come last.

    For an administrator those of every organisation.
    """
    page = read_page()
    rows = queries.list_machines(current_session(), current_actor())
    return many(MachineAccountsSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("POST", "/machine-accounts", takes=MachineAccountBody(), gives=MachineAccountSchema, status=201, tag="accounts")
@permission(Can.MANAGE_MACHINES)
def create_machine_account() -> Response:
    """Create an account for a program. It signs under its own name, works by tokens only, and stays when people leave."""
    values, session, actor = read_body(MachineAccountBody()), current_session(), current_actor()
    slug = values.get("organisation") or actor.organisation_slug
    (organisation_id,) = check_organisations(session, (slug,))
    machine = tokens.create_machine(session, actor, organisation_id=organisation_id, name=values["name"])
    made = queries.get_machine(session, actor, machine.id)
    return created(MachineAccountSchema.write(made), "show_machine_account", account_id=made.id)


@route("GET", "/machine-accounts/<int:account_id>", gives=MachineAccountSchema, tag="accounts")
@permission(Can.MANAGE_MACHINES)
def show_machine_account(account_id: int) -> Response:
    """One machine account."""
    return ok(MachineAccountSchema.write(queries.get_machine(current_session(), current_actor(), account_id)))


@route("DELETE", "/machine-accounts/<int:account_id>", gives=MachineAccountSchema, tag="accounts")
@permission(Can.MANAGE_MACHINES)
def end_machine_account(account_id: int) -> Response:
    """End a machine account with its tokens. What it worked on stays with the organisation."""
    session, actor = current_session(), current_actor()
    return ok(MachineAccountSchema.write(tokens.end_machine(session, actor, machine_id=account_id)))
