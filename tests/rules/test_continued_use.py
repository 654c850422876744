"""How far the three tests of continued use are answered: what speaks against one goes before what is missing."""

import pytest

from marketplace.sheets.continued_use import Answer, UseState, UseTest

YES = Answer("Gebruikt zoals het is?", "ja", "Borne, 3 maart 2027")
NOBODY = Answer("Waarvoor?")
UNKNOWN = Answer("Asbest?", "onbekend", "Hengelo, 1 maart 2027", is_open=True)
AGAINST = Answer("Zelfde niveau?", "nee", "Borne, 3 maart 2027", is_against=True)
NOT_NEEDED = Answer("Bouwjaar?", needed=False)


@pytest.mark.parametrize(
    ("answers", "state", "missing"),
    [
        ((YES,), "answered", 0),
        ((YES, NOT_NEEDED), "answered", 0),
        ((YES, NOBODY), "missing", 1),
        ((UNKNOWN, NOBODY, YES), "missing", 2),
        ((AGAINST, NOBODY), "against", 1),
        ((), "answered", 0),
    ],
)
def test_how_far_a_test_is_answered(answers: tuple[Answer, ...], state: str, missing: int) -> None:
    test = UseTest("1. Zeker gebruik", "", answers)
    assert (test.state, len(test.missing)) == (UseState(state), missing)


def test_unknown_never_counts_as_an_answer() -> None:
    assert UNKNOWN.is_missing and NOBODY.is_missing
    assert not YES.is_missing and not NOT_NEEDED.is_missing and not AGAINST.is_missing
