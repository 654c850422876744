"""How often one wishes to be mailed."""

from typing import Any

from marketplace.api.fields import Choice, Given, Whole, YesNo
from marketplace.api.schema import Body, Rows
from marketplace.notices.rules.kinds import CHOOSABLE, Cadence, Notice


class _AsRead(Given):
    """A property that may be sent back as it was read, and that nobody looks at."""

    shape = YesNo.shape

    def read(self, value: Any) -> Any:
        """Whatever it is."""
        return value


class PreferenceRow(Body):
    """One kind."""

    kind = Choice(Notice, required=True, shape={"enum": [kind.value for kind in CHOOSABLE]})
    cadence = Choice(Cadence, required=True)
    is_default = _AsRead("as it was read; it says nothing here")


class ReadBody(Body):
    """Up to where the inbox was read."""

    until = Whole("id of the newest notice that was seen", required=True)


class PreferencesBody(Body):
    """How often some kinds are mailed; a kind that is left out stays as it is."""

    preferences = Rows(
        PreferenceRow(), "kinds and how often each is mailed; what is left out stays", most=len(CHOOSABLE), required=True
    )
