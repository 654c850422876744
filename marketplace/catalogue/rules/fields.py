"""Filters by what is asked of a material: which there are, and how they stand in an address.

`veld-<field>` is one of the choices and may be repeated; `veld-<field>-min` and `veld-<field>-max` are bounds that count themselves. What nobody said and
what is unknown passes no filter.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.kernel.dates import read_date
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import DEFAULT_LOCALE, LOCALES, Text, _
from marketplace.kernel.text import quoted
from marketplace.kernel.units import in_every_notation, parse_number, plain, read_decimal
from marketplace.materials.rules.fields import Field, FieldKind, Names, format_wish
from marketplace.materials.rules.taxonomy import Taxonomy

PREFIX = "veld-"
LEAST, MOST = "-min", "-max"
Bound = Decimal | date
Find = Callable[[str], Field | None]


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """What is asked of one field: one of these values, or between two bounds, which count."""

    slug: str
    one_of: tuple[str, ...] = ()
    least: Bound | None = None
    most: Bound | None = None

    @property
    def wish(self) -> dict[str, Any]:
        """As a demand stores it."""
        if self.one_of:
            return {"oneOf": list(self.one_of)}
        return {name: written(bound) for name, bound in (("min", self.least), ("max", self.most)) if bound is not None}

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """As it stands in an address, whoever reads it."""
        bounds = ((LEAST, self.least), (MOST, self.most))
        return (
            *((PREFIX + self.slug, value) for value in self.one_of),
            *((PREFIX + self.slug + end, written(bound, in_every_notation)) for end, bound in bounds if bound is not None),
        )


def wishes_of(filters: Iterable[FieldFilter]) -> dict[str, dict[str, Any]]:
    """The same, as a demand asks it: what was searched and not found."""
    return {field_filter.slug: field_filter.wish for field_filter in filters}


def written(bound: Bound, number: Callable[[Decimal], str] = plain) -> str:
    """A bound in figures, the same in every language."""
    return bound.isoformat() if isinstance(bound, date) else number(bound)


def is_filter(field: Field) -> bool:
    """Whether one may filter by it. What is a text is found by words."""
    return field.is_searchable and field.kind is not FieldKind.LINE


def fields_to_filter(
    taxonomy: Taxonomy, groups: Sequence[str], materials: Sequence[str], filters: Iterable[FieldFilter] = ()
) -> tuple[Field, ...]:
    """The fields to filter by.

    Those of the one set or group that was chosen, and those that are asked for already.
    """
    chosen_materials = tuple(filter(None, map(taxonomy.find_material, materials)))
    if not chosen_materials and len(groups) == 1:
        chosen_materials = taxonomy.materials_in(groups[0])
    elif len({material.field_set for material in chosen_materials}) > 1:
        chosen_materials = ()
    chosen = (field for material in chosen_materials for field in material.fields)
    others = (field for field_filter in filters if (field := taxonomy.fields_by_slug.get(field_filter.slug)) is not None)
    return tuple({field.slug: field for field in (*chosen, *others) if is_filter(field)}.values())


def read_pairs(
    pairs: Iterable[tuple[str, str]], find: Find, locale: str | None
) -> tuple[tuple[FieldFilter, ...], list[FieldError]]:
    """The filters that stand in an address, and what cannot be one, each at its key.

    `locale`: of whoever typed, and what is empty is no filter; None: a program, which leaves out what it does not ask.
    """
    filters: dict[str, FieldFilter] = {}
    errors: list[FieldError] = []
    for key, value in pairs:
        if not key.startswith(PREFIX) or (locale is not None and not value.strip()):
            continue
        slug, end = _named(key.removeprefix(PREFIX))
        try:
            filters[slug] = with_value(filters.get(slug, FieldFilter(slug)), find(slug), end, value.strip(), locale)
        except Invalid as refusal:
            errors.append(FieldError(key, refusal.message))
    return tuple(filters.values()), errors


def _named(rest: str) -> tuple[str, str]:
    """The slug of a field, and which bound it is; none for a choice. No slug ends as a bound does."""
    end = next((end for end in (LEAST, MOST) if rest.endswith(end)), "")
    return rest.removesuffix(end), end


def pair_of(term: str) -> tuple[str, str]:
    """A filter of the API as it stands in an address. `colour:red`, `thickness-cm:min:8`."""
    slug, _colon, value = term.partition(":")
    word, colon, bound = value.partition(":")
    is_bound = bool(colon) and f"-{word}" in (LEAST, MOST)
    return (f"{PREFIX}{slug}-{word}", bound) if is_bound else (PREFIX + slug, value)


def term_of(key: str, value: str) -> str:
    """The same the other way around."""
    slug, end = _named(key.removeprefix(PREFIX))
    return ":".join((slug, end[1:], value) if end else (slug, value))


def read_terms(terms: Iterable[str], find: Find) -> tuple[FieldFilter, ...]:
    """The filters that somebody asks the API for. Refused: what cannot be one."""
    filters, errors = read_pairs(map(pair_of, terms), find, None)
    if errors:
        raise Invalid.all([FieldError("field", error.message) for error in errors])
    return filters


def with_value(before: FieldFilter, field: Field | None, end: str, value: str, locale: str | None) -> FieldFilter:
    """A filter with one value more. Refused: a field or a choice that is not there, and a bound that is none."""
    if field is None or not field.is_searchable:
        raise Invalid(_("There is no property “%(slug)s” to filter by. Leave it out.", slug=quoted(before.slug)))
    if not is_filter(field):
        raise Invalid(_("%(name)s is a text. Search for its words.", name=field))
    if field.kind.has_order:
        if not end:
            raise Invalid(_("Ask for %(name)s with a least or a most.", name=field))
        bound = read_bound(field, value, locale)
        return replace(before, least=bound) if end == LEAST else replace(before, most=bound)
    if end or value not in {choice.slug for choice in field.choices}:
        raise Invalid(_not_a_choice(field, value))
    return before if value in before.one_of else replace(before, one_of=(*before.one_of, value))


def _not_a_choice(field: Field, value: str) -> Text:
    names = Names(field.choices)
    return _("“%(value)s” is no choice of %(name)s. Choose one of: %(names)s.", value=quoted(value), name=field, names=names)


def read_bound(field: Field, typed: str, locale: str | None) -> Bound:
    """A number or a day as somebody types it.

    Or as it stands in an address of a reader of another language.
    """
    if field.kind is FieldKind.DAY:
        return read_date(typed, locale or DEFAULT_LOCALE)
    if locale is None:
        return read_decimal(typed)
    try:
        return parse_number(typed, locale)
    except Invalid:
        for other in LOCALES:
            with suppress(Invalid):
                return parse_number(typed, other)
        raise


def figure_of(bound: Bound) -> float:
    """A bound as it is compared: a day by its number."""
    return float(bound.toordinal()) if isinstance(bound, date) else float(bound)


def bound_of(field: Field, figure: float) -> Bound:
    """A figure that was compared, as what it is."""
    return date.fromordinal(int(figure)) if field.kind is FieldKind.DAY else Decimal(repr(figure)).normalize()


def describe_filter(field: Field, field_filter: FieldFilter) -> Text | str:
    """What a filter asks, in words: `at least 8 cm`, `red, grey`."""
    return format_wish(field, field_filter.wish)
