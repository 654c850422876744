"""What people write in a box of several lines is kept in those lines, wherever they write it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from marketplace.accounts.rules.organisations import JoinDraft, SubKind, check_join, clean_reason
from marketplace.advice.rules.opinions import LiftDraft, OpinionDraft, check_lift, check_opinion
from marketplace.depots.rules.depot import clean_collecting, clean_opening_note
from marketplace.documents.rules import Verdict
from marketplace.impact.rules.reports import check_words
from marketplace.kernel.language import _
from marketplace.messages.rules import clean_message
from marketplace.passports.rules.assets import AssetKind
from marketplace.passports.rules.items import ChangeDraft, ChangeKind, ItemDetails, clean_change, clean_details
from marketplace.passports.rules.owned import OwnedDraft, clean_owned
from marketplace.questions.rules import clean_answer, clean_question
from marketplace.recalls.rules import RecallDraft, ReleaseDraft, check_recall, check_release
from marketplace.stock.rules import announcing
from marketplace.stock.rules.chain import clean_chain_reason
from marketplace.stock.rules.handling import Occasion, clean_occasion
from marketplace.valuations.rules.appraisals import AppraisalDraft, clean_appraisal

TODAY = date(2026, 11, 28)
LINES = "Eerst het ene genoemd,\ndaarna het andere."


def appraised(text: str) -> str:
    draft = AppraisalDraft(100, "Taxateur", TODAY, text)
    return clean_appraisal(draft, Decimal(1), TODAY, kg_per_unit=Decimal(1)).source


def owned(text: str) -> str:
    (row,) = clean_owned([OwnedDraft(AssetKind.ROAD, Decimal(100), text, 2024)], {}, TODAY, confirmed=False)
    return row.source


BOXES: dict[str, Callable[[str], str]] = {
    "a request to join": lambda text: (
        check_join(JoinDraft("Bouw", SubKind.WATER_BOARD, "Almelo", "Jan", "jan@bouw.nl", text)).message
    ),
    "why a request to join is declined": clean_reason,
    "an opinion": lambda text: check_opinion(OpinionDraft(Verdict.POSITIVE, text), ()).text,
    "why a rule is lifted": lambda text: check_lift(LiftDraft("asbestos", 3, text), {3}).reason,
    "the hours of a depot": clean_opening_note,
    "collecting at a depot": clean_collecting,
    "words about a report": lambda text: check_words(text, field="words", missing=_("Write the answer.")),
    "a message": lambda text: clean_message(text, has_photo=False),
    "a question": clean_question,
    "an answer": clean_answer,
    "where a part is known from": lambda text: clean_details(ItemDetails(source=text), ()).source,
    "what happened to a part": lambda text: clean_change(ChangeDraft(ChangeKind.LOST, Decimal(1), TODAY, text), TODAY).reason,
    "where an estimate comes from": owned,
    "what was found in a lot": lambda text: check_recall(RecallDraft(text), TODAY, first_on=None)[0],
    "why a lot is free again": lambda text: check_release(ReleaseDraft(1, text))[1],
    "why the chain need not wait": clean_chain_reason,
    "what happened to a lot": lambda text: (
        clean_occasion(Occasion(TODAY, text), last_on=None, today=TODAY, is_stored=False).reason
    ),
    "a word to the keeper": announcing.clean_words,
    "why something does not come": announcing.clean_reason,
    "an appraisal": appraised,
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
def test_lines_stay_lines(box: Callable[[str], str]) -> None:
    assert box(f"  {LINES}\r\n ") == LINES
