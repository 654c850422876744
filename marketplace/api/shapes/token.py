"""Tokens, and the machine accounts that have nothing else."""

from marketplace.accounts.rules.tokens import Scope
from marketplace.api.fields import Choice, Day, Integer, Line, Moment, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema


class _AccountSchema(Shape):
    """Whose token it is."""

    id = Integer()
    name = Line()
    is_machine = YesNo()


class TokenSchema(Shape):
    """A token, without its secret."""

    id = Integer(attribute="token.id")
    name = Line(attribute="token.name")
    scope = Choice(Scope, attribute="token.scope")
    account = Part(_AccountSchema)
    organisation = Part(OrganisationSchema, "for which alone it acts; null: whatever its owner may do", allow_none=True)
    expires_on = Day("last day on which it works; null: until it is revoked", attribute="token.expires_on", allow_none=True)
    created_at = Moment(attribute="token.created_at")
    last_used_at = Moment("within a minute; null: never", attribute="token.last_seen_at", allow_none=True)
    revoked_at = Moment("null: it was not revoked", attribute="token.revoked_at", allow_none=True)


class NewTokenSchema(TokenSchema):
    """A token that was made just now."""

    secret = Line("what to send as Authorization: Bearer; shown this once, and empty in the answer to a repeated request")


class TokensSchema(PageSchema):
    """A page of tokens."""

    items = List(Part(TokenSchema))


class MachineAccountSchema(Shape):
    """An account of a program."""

    id = Integer()
    name = Line("under which it signs")
    organisation = Part(OrganisationSchema)
    is_active = YesNo("false: it has ended")
    created_at = Moment()


class MachineAccountsSchema(PageSchema):
    """A page of machine accounts."""

    items = List(Part(MachineAccountSchema))
