"""What is taken of an organisation."""

from marketplace.accounts.rules.accounts import EMAIL_LENGTH_MAX, NAME_LENGTH_MAX, OrganisationKind
from marketplace.accounts.rules.organisations import DOMAIN_LENGTH_MAX, SLUG_LENGTH_MAX, SubKind
from marketplace.api.bodies.place import Placed
from marketplace.api.fields import Choice, Line, YesNo
from marketplace.api.schema import Patch


class _Described(Placed):
    """What an administrator says of an organisation."""

    name = Line(longest=NAME_LENGTH_MAX, required=True)
    sub_kind = Choice(SubKind, meaning="what sort of partner; required for a partner, for no other kind", allow_none=True)
    code = Line("of a municipality: its code of the CBS, such as GM0164", shape={"pattern": "^([Gg][Mm][0-9]{4})?$"})
    email_domain = Line("what its mail addresses end in", longest=DOMAIN_LENGTH_MAX)
    alert_email = Line("of an adviser: where a recall is mailed beside its people", longest=EMAIL_LENGTH_MAX)


class OrganisationBody(_Described):
    """A new organisation."""

    kind = Choice(OrganisationKind, required=True)
    slug = Line("short name, never changed; absent: made of the name", longest=SLUG_LENGTH_MAX)


class OrganisationPatch(Patch, _Described):
    """A change of an organisation."""

    is_active = YesNo("false closes it and withdraws what it has open; true opens it again")
