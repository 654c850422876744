"""What is taken of an organisation."""

from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.accounts.rules.organisations import SubKind
from marketplace.api.bodies.place import Placed
from marketplace.api.fields import Choice, Line, Whole, YesNo


class _Described(Placed):
    """What an administrator says of an organisation."""

    name = Line("at most 120 characters", required=True)
    sub_kind = Choice(SubKind, meaning="what sort of partner; required for a partner, for no other kind", allow_none=True)
    code = Line("of a municipality: its code of the CBS, such as GM0164")
    email_domain = Line("what its mail addresses end in, at most 120 characters")


class OrganisationBody(_Described):
    """A new organisation."""

    kind = Choice(OrganisationKind, required=True)
    slug = Line("short name, at most 60 characters, never changed; absent: made of the name")


class OrganisationPatch(_Described):
    """A change of an organisation."""

    version = Whole("the version that you read", required=True)
    is_active = YesNo("false closes it and withdraws what it has open; true opens it again")
