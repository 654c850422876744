"""The filters by what owners answer.

The boxes of the panel, their chips, what cannot be read, and how many lots say nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.catalogue.queries.columns import FieldFacet
from marketplace.catalogue.rules.fields import LEAST, MOST, PREFIX, Bound, FieldFilter, describe_filter, read_pairs
from marketplace.kernel.errors import FieldError
from marketplace.kernel.formats import long_date
from marketplace.kernel.language import Text, _, current_locale, localize, ngettext
from marketplace.materials.rules.fields import Field, FieldKind, Measure
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.forms import Fault
from marketplace.web.ui.search_address import Chip, Choice, Question


@dataclass(frozen=True, slots=True)
class BoundBox:
    """The input for one bound, with what was typed and what is wrong with it."""

    key: str
    label: Text
    typed: str
    error: Text | None
    is_number: bool


@dataclass(frozen=True, slots=True)
class FieldBox:
    """The fieldset of one field. Boxes to tick, or a least and a most; `hint`: from where to where lots go."""

    key: str
    label: str
    choices: list[Choice]
    bounds: tuple[BoundBox, ...]
    hint: Text | None

    @property
    def is_asked(self) -> bool:
        """Whether anything is asked of it."""
        return any(choice.chosen for choice in self.choices) or any(bound.typed for bound in self.bounds)


def filters_of(question: Question, taxonomy: Taxonomy) -> tuple[tuple[FieldFilter, ...], list[FieldError]]:
    """The filters in the address, and what cannot be one."""
    return read_pairs(question.pairs, taxonomy.fields_by_slug.get, current_locale())


def boxes_of(question: Question, facets: Iterable[FieldFacet], errors: Sequence[FieldError]) -> list[FieldBox]:
    """The fieldsets, in the order in which the material asks."""
    wrong = {error.field: error.message for error in errors}
    return [_box(question, facet, wrong) for facet in facets]


def _box(question: Question, facet: FieldFacet, wrong: dict[str, Text]) -> FieldBox:
    field, key = facet.field, PREFIX + facet.field.slug
    if not field.kind.has_order:
        return FieldBox(key, field.name, question.choices(key, facet.choices), (), None)
    ends = ((LEAST, _("At least")), (MOST, _("At most")))
    bounds = tuple(
        BoundBox(key + end, label, question.one(key + end), wrong.get(key + end), field.kind is not FieldKind.DAY)
        for end, label in ends
    )
    label = f"{field.name} ({field.unit})" if field.unit else field.name
    return FieldBox(key, label, [], bounds, _from_where_to_where(field, facet))


def _from_where_to_where(field: Field, facet: FieldFacet) -> Text | None:
    if facet.least is None or facet.most is None:
        return None
    least, most = _in_words(field, facet.least), _in_words(field, facet.most)
    return _("Here: %(least)s", least=least) if least == most else _("Here: %(least)s to %(most)s", least=least, most=most)


def _in_words(field: Field, bound: Bound) -> str:
    return long_date(bound) if isinstance(bound, date) else localize(Measure(bound, field))


def keys_of(boxes: Iterable[FieldBox]) -> tuple[str, ...]:
    """The keys that the panel shows itself."""
    return tuple(key for box in boxes for key in ([bound.key for bound in box.bounds] or [box.key]))


def chips_of(question: Question, filters: Iterable[FieldFilter], taxonomy: Taxonomy) -> list[Chip]:
    """Each filter with the address without it: of choices each by itself."""
    rows = []
    for field_filter in filters:
        field, key = taxonomy.fields_by_slug[field_filter.slug], PREFIX + field_filter.slug
        if field_filter.one_of:
            names = {choice.slug: choice.name for choice in field.choices}
            rows += [
                Chip(_("%(name)s: %(value)s", name=field, value=names[value]), question.without((key, value)))
                for value in field_filter.one_of
            ]
        else:
            href = question.without((key + LEAST, None), (key + MOST, None))
            rows.append(Chip(_("%(name)s: %(value)s", name=field, value=describe_filter(field, field_filter)), href))
    return rows


def faults_of(errors: Iterable[FieldError], keys: Sequence[str]) -> list[Fault]:
    """What cannot be read, at its input where that is on the page."""
    return [Fault(error.field if error.field in keys else None, error.message) for error in errors]


def silent_of(facets: Iterable[FieldFacet], filters: Iterable[FieldFilter]) -> list[Text]:
    """For each filter how many lots it leaves out because they say nothing."""
    slugs = {field_filter.slug for field_filter in filters}
    return [
        ngettext(
            "%(num)s lot says nothing of “%(name)s” and is not among these.",
            "%(num)s lots say nothing of “%(name)s” and are not among these.",
            facet.silent,
            name=facet.field,
        )
        for facet in facets
        if facet.field.slug in slugs and facet.silent
    ]
