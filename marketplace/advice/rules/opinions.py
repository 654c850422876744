"""What an opinion and the reason for lifting must say, and how long an owner has to mend."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.documents.rules import Verdict
from marketplace.kernel.errors import Conflict, FieldError, Invalid, TooMany
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean, find_length_faults

OPINION_LENGTH_MIN = 10
REASON_LENGTH_MIN = 20
TEXT_LENGTH_MAX = 2000
DAY = timedelta(days=1)
REQUESTS_PER_DAY = 20  # one organisation
TIME_TO_MEND = timedelta(days=30)
VERDICT_LABELS: dict[Verdict, Text] = {
    Verdict.POSITIVE: _("Positive"),
    Verdict.NEGATIVE: _("Negative"),
    Verdict.CONDITIONAL: _("Positive, with conditions"),
}


@dataclass(frozen=True, slots=True)
class OpinionDraft:
    """An opinion as it is given. `rule` is the slug of a gate; empty: the lot as a whole."""

    verdict: Verdict
    text: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class LiftDraft:
    """Which rule is lifted, on which paper, and why."""

    rule: str
    paper_id: int
    reason: str


def check_opinion(draft: OpinionDraft, rules: Collection[str]) -> OpinionDraft:
    """Tidy up an opinion. Refused, each at its field: too few words, too many, and a rule that there is not."""
    text = clean(draft.text, lines=True, field="text")
    faults = [*_find_word_faults("text", text, OPINION_LENGTH_MIN, _OPINION), *find_length_faults("text", text, TEXT_LENGTH_MAX)]
    if draft.rule and draft.rule not in rules:
        faults.append(
            FieldError("rule", _("That rule is not in the list. Choose one, or leave it empty for the lot as a whole."))
        )
    if faults:
        raise Invalid.all(faults)
    return OpinionDraft(draft.verdict, text, draft.rule)


def check_lift(draft: LiftDraft, papers: Collection[int]) -> LiftDraft:
    """Tidy up the lifting of a rule. Refused, each at its field: a reason of a few signs, and a paper that does not count."""
    reason = clean(draft.reason, lines=True, field="reason")
    faults = [
        *_find_word_faults("reason", reason, REASON_LENGTH_MIN, _REASON),
        *find_length_faults("reason", reason, TEXT_LENGTH_MAX),
    ]
    if draft.paper_id not in papers:
        faults.append(
            FieldError("paper_id", _("Choose a paper of this lot that counts today. Without one nothing can be lifted."))
        )
    if faults:
        raise Invalid.all(faults)
    return LiftDraft(draft.rule, draft.paper_id, reason)


_OPINION = _("Write in one or two sentences what you looked at and what you find.")
_REASON = _("Write in one or two sentences why this rule does not stop this lot.")


def _find_word_faults(field: str, text: str, least: int, sentence: Text) -> list[FieldError]:
    """One sentence where there are hardly any letters: an auditor must be able to read why."""
    return [] if sum(sign.isalpha() for sign in text) >= least else [FieldError(field, sentence)]


def check_in_the_way(*, stops: bool) -> None:
    """Only what stops a lot now can be lifted."""
    if not stops:
        raise Conflict(_("This rule does not stop this lot now, so there is nothing to lift. Open the page again."))


def check_liftable(*, is_liftable: bool) -> None:
    """What the law forbids for good is lifted by nobody."""
    if not is_liftable:
        raise Conflict(_("The law forbids this for good, so nobody can lift it. Check with Omgevingsdienst Twente."))


def check_requests_today(number: int) -> None:
    """At most twenty requests of one organisation in a day."""
    if number >= REQUESTS_PER_DAY:
        sentence = _(
            "Your organisation asked %(most)s opinions today, which is the most. Try again tomorrow.", most=REQUESTS_PER_DAY
        )
        raise TooMany(sentence, int(DAY.total_seconds()))


def mend_until(found_on: date) -> date:
    """The last day on which a lot stays that was published before a rule came."""
    return found_on + TIME_TO_MEND
