"""What is taken of a paper, beside its file."""

from typing import Any

from marketplace.api.fields import CODE_LENGTH_MAX, Day, Line
from marketplace.api.schema import Body
from marketplace.documents.rules import ISSUER_LENGTH_MAX, NUMBER_LENGTH_MAX, PaperDraft


class PaperBody(Body):
    """The words of a form that brings a paper."""

    kind = Line("slug of a kind, see /paper-kinds", longest=CODE_LENGTH_MAX, required=True)
    number = Line("needed where the kind is a proof", longest=NUMBER_LENGTH_MAX)
    issuer = Line("needed where the kind is a proof", longest=ISSUER_LENGTH_MAX)
    issued_on = Day(required=True)
    valid_until = Day("the last day; absent: it does not expire")
    replaces = Line("id of the paper in whose place it comes", longest=9)


def paper_draft(values: dict[str, Any]) -> PaperDraft:
    """The draft that a form and a body become."""
    return PaperDraft(
        values["kind"], values["issued_on"], values.get("number") or "", values.get("issuer") or "", values.get("valid_until")
    )
