"""What a demand asks of a lot's fields, held against what its owner said. Pure rules.

An answer fits or does not. What nobody said, what the owner does not know and what cannot be compared is a doubt: it stays a doubt in the list, and
never passes for either.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from typing import Any

from marketplace.kernel.language import Text, _, reading_in
from marketplace.materials.rules.fields import UNKNOWN, Field, FieldKind, Measure, format_answer, format_wish

MEASURED = frozenset({FieldKind.NUMBER, FieldKind.YEAR})


class Verdict(Enum):
    """How an answer stands to a wish."""

    FITS = "fits"
    FAILS = "fails"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of one field: at least, at most, or one of these. As they are stored; `low` and `high` as they are compared."""

    field: Field
    least: str | None = None
    most: str | None = None
    one_of: tuple[str, ...] = ()
    low: Any = dataclass_field(init=False, repr=False, compare=False)
    high: Any = dataclass_field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, bound in (("low", self.least), ("high", self.most)):
            object.__setattr__(self, name, None if bound is None else _comparable(self.field, bound))


@dataclass(frozen=True, slots=True)
class _Value:
    """An answer as the reader says it."""

    field: Field
    value: Any

    def localized(self, locale: str) -> str:
        with reading_in(locale):
            return str(format_answer(self.field, self.value))


@dataclass(frozen=True, slots=True)
class _Inside:
    """The name of a field in the middle of a sentence."""

    field: Field

    def localized(self, locale: str) -> str:
        name = self.field.name_in(locale)
        return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def wishes_of(wishes: Mapping[str, Any], fields: Iterable[Field], find: Callable[[str], Field | None]) -> tuple[Wish, ...]:
    """What a demand stores, in the order of these fields. `find`: a field that is none of them any more.

    Of one that no list knows nothing can be compared.
    """
    fields_by_slug = {field.slug: field for field in fields}
    rows = [*((fields_by_slug[slug], wishes[slug]) for slug in fields_by_slug if slug in wishes)]
    rows += [(field, wish) for slug, wish in wishes.items() if slug not in fields_by_slug and (field := find(slug)) is not None]
    return tuple(_wish(field, wish) for field, wish in rows)


def _wish(field: Field, stored: Mapping[str, Any]) -> Wish:
    return Wish(field, stored.get("min"), stored.get("max"), tuple(stored.get("oneOf", ())))


@lru_cache(maxsize=16_384)
def stored_wishes(stored: str, find: Callable[[str], Field | None]) -> tuple[Wish, ...]:
    """The wishes of a demand as its row holds them. A lot is held against hundreds of demands, which ask the same again and again.

    `find`: of the list of fields in use, so that a newer list is another question.
    """
    return wishes_of(json.loads(stored), (), find)


def judge(wish: Wish, answer: Any) -> Verdict:
    """Hold one answer against one wish."""
    if answer is None or answer == UNKNOWN:
        return Verdict.IN_DOUBT
    if wish.one_of and answer not in wish.one_of:
        return Verdict.FAILS
    if wish.low is None and wish.high is None:
        return Verdict.FITS
    comparable = _comparable(wish.field, answer)
    if comparable is None:
        return Verdict.IN_DOUBT
    is_within = (wish.low is None or comparable >= wish.low) and (wish.high is None or comparable <= wish.high)
    return Verdict.FITS if is_within else Verdict.FAILS


def _comparable(field: Field, value: Any) -> Any:
    """A number, or a day by its text.

    None for what is none: it was said when the field was another one.
    """
    if field.kind not in MEASURED:
        return value
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError):
        return None
    return number if number.is_finite() else None


def judge_all(wishes: Iterable[Wish], answers: Mapping[str, Any]) -> Verdict:
    """The worst of all of them: one that fails decides, else one in doubt."""
    worst = Verdict.FITS
    for wish in wishes:
        verdict = judge(wish, answers.get(wish.field.slug))
        if verdict is Verdict.FAILS:
            return verdict
        if verdict is Verdict.IN_DOUBT:
            worst = verdict
    return worst


def by_certainty(numbers: list[int], verdicts: Iterable[Verdict]) -> list[int]:
    """Of these in their order those that fit, and after them those that are in doubt."""
    certain: list[int] = []
    doubted: list[int] = []
    for number, verdict in zip(numbers, verdicts, strict=True):
        if verdict is Verdict.FITS:
            certain.append(number)
        elif verdict is Verdict.IN_DOUBT:
            doubted.append(number)
    return certain + doubted


def list_failing(wishes: Iterable[Wish], answers: Mapping[str, Any]) -> list[Wish]:
    """The wishes that an answer does not fit."""
    return [wish for wish in wishes if judge(wish, answers.get(wish.field.slug)) is Verdict.FAILS]


def objection(wish: Wish, answer: Any) -> Text:
    """Why an answer does not fit."""
    return _(
        "%(name)s: %(value)s, and %(asked)s was asked for.",
        name=wish.field,
        value=_Value(wish.field, answer),
        asked=_WishWords(wish),
    )


def reasons(wishes: Iterable[Wish], answers: Mapping[str, Any]) -> tuple[Text, ...]:
    """What fits, each with what was asked for."""
    return tuple(
        _(
            "%(name)s: %(value)s; %(asked)s was asked for.",
            name=wish.field,
            value=_Value(wish.field, answers[wish.field.slug]),
            asked=_WishWords(wish),
        )
        for wish in wishes
        if judge(wish, answers.get(wish.field.slug)) is Verdict.FITS
    )


def doubts(wishes: Iterable[Wish], answers: Mapping[str, Any]) -> tuple[Text, ...]:
    """What is not known for certain, each in a sentence."""
    rows = ((wish, answers.get(wish.field.slug)) for wish in wishes)
    return tuple(_doubt(wish, answer) for wish, answer in rows if judge(wish, answer) is Verdict.IN_DOUBT)


def _doubt(wish: Wish, answer: Any) -> Text:
    name = _Inside(wish.field)
    if answer is None:
        return _("Doubt: %(name)s not given.", name=name)
    if answer == UNKNOWN:
        return _("Doubt: %(name)s unknown to the owner.", name=name)
    return _("Doubt: %(name)s cannot be compared, it says “%(value)s”.", name=name, value=str(answer))


def unanswered(wishes: Iterable[Wish], answers: Mapping[str, Any]) -> tuple[Text, ...]:
    """Explain each doubt: what was asked for, and what to do."""
    return tuple(
        _(
            "%(name)s: not known for certain, and %(asked)s was asked for. Ask the owner before you reserve.",
            name=wish.field,
            asked=_WishWords(wish),
        )
        for wish in wishes
        if judge(wish, answers.get(wish.field.slug)) is Verdict.IN_DOUBT
    )


@dataclass(frozen=True, slots=True)
class _WishWords:
    """What is asked of a field, as the reader says it."""

    wish: Wish

    def localized(self, locale: str) -> str:
        wish = self.wish
        bounds = {name: bound for name, bound in (("min", wish.least), ("max", wish.most)) if bound is not None}
        with reading_in(locale):
            return str(format_wish(wish.field, {"oneOf": wish.one_of} if wish.one_of else bounds))


def by_how_much(wish: Wish, answer: Any) -> tuple[Text, Text]:
    """How far an answer is from what was asked, in a sentence and in a few words."""
    comparable, value = _comparable(wish.field, answer), _Value(wish.field, answer)
    if wish.field.kind is not FieldKind.NUMBER or wish.one_of or not isinstance(comparable, Decimal):
        return objection(wish, answer), _("%(name)s: %(value)s", name=wish.field, value=value)
    facts = {"name": wish.field, "value": value, "asked": _WishWords(wish)}
    if wish.low is not None and comparable < wish.low:
        step = Measure(wish.low - comparable, wish.field)
        sentence = _("%(name)s: %(value)s, which is %(step)s less than asked for: %(asked)s.", step=step, **facts)
        return sentence, _("%(name)s: %(step)s too little", name=wish.field, step=step)
    step = Measure(comparable - wish.high, wish.field)
    sentence = _("%(name)s: %(value)s, which is %(step)s more than asked for: %(asked)s.", step=step, **facts)
    return sentence, _("%(name)s: %(step)s too much", name=wish.field, step=step)
