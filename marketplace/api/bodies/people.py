"""What is taken of people, invitations and requests to join."""

from enum import StrEnum

from marketplace.accounts.rules.accounts import EMAIL_LENGTH_MAX, NAME_LENGTH_MAX, OrganisationKind, Role
from marketplace.accounts.rules.organisations import DOMAIN_LENGTH_MAX, SLUG_LENGTH_MAX, TEXT_LENGTH_MAX, SubKind
from marketplace.accounts.rules.phones import TYPED_LENGTH_MAX, PhoneShown
from marketplace.api.bodies.place import Placed
from marketplace.api.fields import Choice, Line, Lines, YesNo
from marketplace.api.schema import Body


class Language(StrEnum):
    """In which language a letter is written."""

    NL = "nl"
    EN = "en"


class PersonPatch(Body):
    """A change of a colleague's seat: what is left out stays."""

    role = Choice(Role, meaning="reviewer and admin are for the administrator to give")
    is_active = YesNo("false switches the account off, and open work goes to the organisation; true switches it on again")


class OwnPatch(Body):
    """A change of your own details: what is left out stays."""

    name = Line(longest=NAME_LENGTH_MAX)
    language = Choice(Language, meaning="of pages and mail")
    phone = Line("with or without its country; empty: none", longest=TYPED_LENGTH_MAX)
    phone_shown = Choice(PhoneShown, meaning="to whom the phone number is shown")


class InvitationBody(Body):
    """An invitation."""

    email = Line(longest=EMAIL_LENGTH_MAX, required=True)
    role = Choice(Role, meaning="absent: project_leader, the only one that a coordinator invites")
    organisation = Line("slug; absent: your own", longest=SLUG_LENGTH_MAX)
    language = Choice(Language, meaning="of the letter; absent: Dutch")


class AcceptJoinBody(Placed):
    """The organisation that a request to join becomes; what is left out is as it was asked."""

    name = Line(longest=NAME_LENGTH_MAX)
    kind = Choice(OrganisationKind, meaning="absent: partner")
    sub_kind = Choice(SubKind, meaning="what sort of partner; for a partner only")
    slug = Line("short name, never changed; absent: made of the name", longest=SLUG_LENGTH_MAX)
    code = Line("of a municipality: its code of the CBS, such as GM0164", shape={"pattern": "^([Gg][Mm][0-9]{4})?$"})
    email_domain = Line("what its mail addresses end in; absent: as in the asker's address", longest=DOMAIN_LENGTH_MAX)


class DeclineJoinBody(Body):
    """A refusal."""

    reason = Lines("why, in a sentence; the asker reads it in a mail", required=True, longest=TEXT_LENGTH_MAX)
