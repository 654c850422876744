"""People of an organisation, invitations, and requests to join."""

from marketplace.accounts.rules.accounts import Role
from marketplace.accounts.rules.organisations import JoinStatus, SubKind
from marketplace.accounts.rules.phones import PhoneShown
from marketplace.api.fields import Choice, Integer, Line, LineOrNull, Moment, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema


class PersonSchema(Shape):
    """A person of an organisation."""

    id = Integer()
    name = Line()
    email = Line()
    role = Choice(Role)
    organisation = Part(OrganisationSchema)
    is_active = YesNo("false: the account is off")


class PeopleSchema(PageSchema):
    """A page of people, those whose account is off last."""

    items = List(Part(PersonSchema))


class OwnSchema(PersonSchema):
    """Yourself, or the machine account that a token belongs to."""

    email = LineOrNull("null: a machine account")
    language = Line(attribute="locale")
    phone = LineOrNull("with its country, such as +31655551234")
    phone_shown = Choice(PhoneShown, meaning="to whom the phone number is shown")


class InvitationSchema(Shape):
    """A seat that waits for the person who was invited. The link itself is in the mail only."""

    id = Integer()
    email = Line()
    role = Choice(Role)
    organisation = Part(OrganisationSchema)
    created_at = Moment()
    expires_at = Moment("until when the link works")


class InvitationsSchema(PageSchema):
    """A page of invitations that wait for an answer, oldest first."""

    items = List(Part(InvitationSchema))


class JoinRequestSchema(Shape):
    """An organisation that asked to join as a partner."""

    id = Integer()
    status = Choice(JoinStatus)
    organisation_name = Line()
    sub_kind = Choice(SubKind)
    place = Line("as it was typed")
    name = Line("the person who asked")
    email = Line("where an invitation goes")
    message = LineOrNull()
    requested_at = Moment()
    decided_at = Moment(allow_none=True)
    reason = LineOrNull("why it was declined")
    organisation = Part(OrganisationSchema, "what it became", allow_none=True)


class JoinRequestsSchema(PageSchema):
    """A page of requests to join, those that wait first."""

    items = List(Part(JoinRequestSchema))
