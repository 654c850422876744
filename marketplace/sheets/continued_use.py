"""The dossier of continued use (voortgezet gebruik), as an accessible PDF: UA-1 and A-2a.

Three tests decide whether material is no waste: its use is certain, it is lawful, and it is of at least the same grade. The dossier says
what was answered about each, by whom and when, and what is missing. It claims nothing: what nobody answered stands there as not answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from marketplace.kernel.language import DEFAULT_LOCALE, Text, _, current_locale, ngettext
from marketplace.sheets.typesetting import REGIONS, drawn, typeset

MEDIA_TYPE = "application/pdf"
TEMPLATE = Path(__file__).with_name("continued_use.typ")
Words = str | Text


class UseState(StrEnum):
    """How far a test is answered. Whether it is met is for the environmental service to say."""

    AGAINST = "against"
    MISSING = "missing"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, what was answered, and who said so when. Empty: nobody answered.

    `is_open`: an answer that settles nothing, such as unknown. `is_against`: one that stands in the way of the test. A question that is not
    `needed` may stay unanswered. `is_rule`: what a rule found, with its source.
    """

    question: Words
    answer: Words = ""
    said_by: Words = ""
    is_open: bool = False
    is_against: bool = False
    needed: bool = True
    is_rule: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether the test cannot do without it."""
        return self.needed and (not self.answer or self.is_open)


@dataclass(frozen=True, slots=True)
class UseTest:
    """One of the three tests with its answers, and what the rules found that stands in its way."""

    title: Words
    meaning: Words
    answers: tuple[Answer, ...]

    @property
    def missing(self) -> tuple[Answer, ...]:
        """The questions that are still open."""
        return tuple(answer for answer in self.answers if answer.is_missing)

    @property
    def against(self) -> tuple[Answer, ...]:
        """What stands in its way."""
        return tuple(answer for answer in self.answers if answer.is_against)

    @property
    def state(self) -> UseState:
        """What stands in its way goes before what is missing."""
        return UseState.AGAINST if self.against else UseState.MISSING if self.missing else UseState.ANSWERED


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """A paper of the lot, as it stands today."""

    kind: str
    number: str
    issuer: str
    issued_on: str
    valid_until: str
    state: Words
    added_by: str


@dataclass(frozen=True, slots=True)
class ShownOpinion:
    """What an adviser found: of one rule or of the lot, in words of its own."""

    who: str
    verdict: Words
    about: Words
    text: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything in a dossier, as its reader writes it."""

    number: int
    address: str
    lot: str
    state: str
    certain: UseTest
    lawful: UseTest
    same_grade: UseTest
    papers: tuple[ShownPaper, ...]
    opinions: tuple[ShownOpinion, ...]
    made_on: str
    made: date

    @property
    def tests(self) -> tuple[UseTest, UseTest, UseTest]:
        """The three in their order."""
        return self.certain, self.lawful, self.same_grade


def continued_use(dossier: Dossier) -> bytes:
    """Make the PDF, in the reader's language. The same dossier is the same bytes."""
    return typeset(TEMPLATE, "dossier", drawn(_dossier_facts(dossier)))


def _dossier_facts(dossier: Dossier) -> dict[str, Any]:
    locale, number = current_locale(), str(dossier.number)
    return {
        "locale": locale,
        "region": REGIONS.get(locale, "NL"),
        "written": DEFAULT_LOCALE,
        "title": _("Continued use, transfer %(number)s", number=number),
        "author": "Twentse Materialenbank",
        "description": _("What supports the continued use of %(lot)s", lot=dossier.lot),
        "footer": _(
            "Twentse Materialenbank, continued use %(number)s, as it stood on %(day)s", number=number, day=dossier.made_on
        ),
        "date": {"year": dossier.made.year, "month": dossier.made.month, "day": dossier.made.day},
        "lot": dossier.lot,
        "state": dossier.state,
        "address": dossier.address,
        "where": _("The page of this transfer:"),
        "lead": _(
            "Three tests decide whether this material is used on and is no waste. This dossier says what was answered about each, by whom and "
            "when. It does not decide: check with Omgevingsdienst Twente."
        ),
        "summary": {
            "heading": _("How far the tests are answered"),
            "head": [_("Test"), _("Answered")],
            "rows": [[test.title, _state(test)] for test in dossier.tests],
        },
        "tests": [_test(test) for test in dossier.tests],
        "papers": _papers(dossier.papers),
        "remark": _remark(dossier.opinions),
    }


def _state(test: UseTest) -> Text:
    if test.state is UseState.AGAINST:
        return _("Something stops it.")
    if test.state is UseState.MISSING:
        number = len(test.missing)
        return ngettext("%(num)s answer is missing.", "%(num)s answers are missing.", number)
    return _("Every question is answered.")


def _test(test: UseTest) -> dict[str, Any]:
    return {
        "heading": test.title,
        "meaning": test.meaning,
        "head": [_("Question"), _("What was answered"), _("Said by")],
        "rows": [[answer.question, answer.answer or _("not answered"), answer.said_by or "–"] for answer in test.answers],
        "lists": [
            {"heading": heading, "items": [_listed(answer) for answer in answers]}
            for heading, answers in ((_("What stops it"), test.against), (_("What is missing"), test.missing))
            if answers
        ],
    }


def _listed(answer: Answer) -> Words:
    """What is read in the table once more, in short: a rule only by its name."""
    if answer.is_rule:
        return answer.question
    return _("%(question)s: %(answer)s", question=answer.question, answer=answer.answer or _("not answered"))


def _papers(papers: Sequence[ShownPaper]) -> dict[str, Any]:
    return {
        "heading": _("Papers with the lot"),
        "none": _("No paper has been added to the lot."),
        "head": [_("Paper"), _("Number and issuer"), _("Issued, and valid until"), _("Added by")],
        "rows": [
            [
                paper.kind,
                f"{paper.number or '–'}\n{paper.issuer or '–'}",
                f"{paper.issued_on}\n{paper.valid_until}, {paper.state}",
                paper.added_by,
            ]
            for paper in papers
        ],
    }


def _remark(opinions: Sequence[ShownOpinion]) -> dict[str, Any]:
    return {
        "heading": _("Remark of the environmental service"),
        "opinions": [
            {
                "who": opinion.who,
                "verdict": _("%(verdict)s, about %(about)s", verdict=opinion.verdict, about=opinion.about),
                "text": opinion.text,
            }
            for opinion in opinions
        ],
        "none": _("No opinion has been given on the materials bank. Room to write:"),
        "lines": [_("Remark"), _("Name and position"), _("Day and signature")],
    }
