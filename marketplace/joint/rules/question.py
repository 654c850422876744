"""What can be asked of a joint need, within its bounds."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.dates import find_day_faults
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import quoted

KM_LEAST, KM_MOST = 1, 200
KM_USUAL = 25
CIRCLES_KM = (10, 25, 50)
ESTIMATE_MOST_CENTS = 1_000_000_000_00  # a thousand million euro


@dataclass(frozen=True, slots=True)
class JointQuestion:
    """What somebody wants to see. Without days every period counts, without municipalities all of them.

    `within_km`: as the crow flies, between public points. `estimate_cents`: what buying the rest is thought to cost, without VAT.
    """

    first: date | None = None
    last: date | None = None
    within_km: int = KM_USUAL
    organisations: tuple[str, ...] = ()
    estimate_cents: int | None = None

    @property
    def circles_km(self) -> tuple[int, ...]:
        """The circles to compare: three that people know, and the one that was chosen."""
        return tuple(sorted({*CIRCLES_KM, self.within_km}))


def check_question(question: JointQuestion, *, buyer_slugs: Collection[str], today: date) -> None:
    """Refuse, all at once and each at its field, what cannot be asked. `buyer_slugs`: the municipalities that there are."""
    faults = [*find_day_faults("first", question.first, today), *find_day_faults("last", question.last, today)]
    faults += _find_faults(question)
    strange = next((slug for slug in question.organisations if slug not in buyer_slugs), None)
    if strange is not None:
        sentence = _("There is no municipality “%(slug)s”. Choose from the list.", slug=quoted(strange))
        faults.append(FieldError("organisations", sentence))
    if faults:
        raise Invalid.all(faults)


def _find_faults(question: JointQuestion) -> Iterator[FieldError]:
    if question.first is not None and question.last is not None and question.last < question.first:
        sentence = _("The last day lies before the first day. Enter a day on or after %(first)s.", first=question.first)
        yield FieldError("last", sentence)
    if not KM_LEAST <= question.within_km <= KM_MOST:
        sentence = _("Type a whole number of kilometres from %(least)s to %(most)s.", least=KM_LEAST, most=KM_MOST)
        yield FieldError("within_km", sentence)
    if question.estimate_cents is not None and not 0 < question.estimate_cents <= ESTIMATE_MOST_CENTS:
        sentence = _("Type an amount of more than nothing and at most a thousand million euro.")
        yield FieldError("estimate_cents", sentence)
