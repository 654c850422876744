"""What is taken of an opinion, a request for one, and the lifting of a rule."""

from marketplace.advice.rules.opinions import TEXT_LENGTH_MAX
from marketplace.api.fields import Choice, Line, Lines, Whole
from marketplace.api.schema import Body
from marketplace.documents.rules import Verdict


class OpinionBody(Body):
    """An opinion."""

    verdict = Choice(Verdict, required=True)
    rule = Line("slug of a rule of the listing's gates; left out: the listing as a whole", longest=60)
    text = Lines("what you looked at and what you find", required=True, longest=TEXT_LENGTH_MAX)


class OpinionRequestBody(Body):
    """A request for an opinion."""

    text = Lines("what the adviser should know", longest=TEXT_LENGTH_MAX)


class LiftBody(Body):
    """The lifting of a rule."""

    rule = Line("slug of a rule that stops the listing", required=True, longest=60)
    paper_id = Whole("a paper of the listing that counts today", required=True)
    reason = Lines("why the rule does not stand in the way", required=True, longest=TEXT_LENGTH_MAX)
