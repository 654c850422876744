"""What is taken of a token and of a machine account."""

from marketplace.accounts.rules.accounts import NAME_LENGTH_MAX
from marketplace.accounts.rules.organisations import SLUG_LENGTH_MAX
from marketplace.accounts.rules.tokens import TOKEN_NAME_LENGTH_MAX, Scope
from marketplace.api.fields import Choice, Day, Line, Whole
from marketplace.api.schema import Body


class TokenBody(Body):
    """A new token."""

    name = Line("what it is for", longest=TOKEN_NAME_LENGTH_MAX, required=True)
    scope = Choice(Scope, meaning="read: it changes nothing; write: it reads and changes", required=True)
    organisation = Line(
        "slug of the organisation for which alone it acts; absent: whatever its owner may do", longest=SLUG_LENGTH_MAX
    )
    expires_on = Day("last day on which it works; absent: until it is revoked")
    machine_account = Whole("id of the machine account that it is for; absent: your own")


class MachineAccountBody(Body):
    """A new machine account."""

    name = Line("under which it signs", longest=NAME_LENGTH_MAX, required=True)
    organisation = Line("slug, for the administrator; absent: your own", longest=SLUG_LENGTH_MAX)
