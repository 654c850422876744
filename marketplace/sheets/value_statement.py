"""What the material of an organisation is worth, as a paper.

A year from opening to closing, to the cent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.kernel.formats import long_date
from marketplace.kernel.language import Text, _
from marketplace.sheets import pages
from marketplace.sheets.pages import Block, Paper, Words


class MovedPart(StrEnum):
    """Of which sort a change of the value is: of what there is, or of what is known of it."""

    PHYSICAL = "physical"
    PRICE = "price"

    @property
    def label(self) -> Text:
        """The words above its lines."""
        return _PARTS[self]


_PARTS: dict[MovedPart, Text] = {
    MovedPart.PHYSICAL: _("What changed in the street"),
    MovedPart.PRICE: _("What only the price or our knowledge did"),
}


@dataclass(frozen=True, slots=True)
class MovedLine:
    """One line between opening and closing."""

    label: Text
    amount: str
    part: MovedPart


@dataclass(frozen=True, slots=True)
class ValueStatement:
    """The statement of a year in words. `opened_on` empty: nothing was valued before; `classes`: opening, each column, closing."""

    organisation: str
    year: str
    as_of: str
    opened_on: str
    opening: str
    closing: str
    moved: tuple[MovedLine, ...]
    facts: tuple[tuple[Text, Words], ...]
    methods: tuple[tuple[Words, ...], ...]
    classes: tuple[tuple[str, ...], ...]
    columns: tuple[Text, ...]
    note: Text


def statement_pdf(statement: ValueStatement, today: date) -> bytes:
    """Make the PDF in the reader's language. On the foot of every page stands which kind of value this is."""
    return pages.pdf(
        Paper(
            title=_("Material value of %(organisation)s, %(year)s", organisation=statement.organisation, year=statement.year),
            description=_(
                "What the material of %(organisation)s is worth, and what became of that.", organisation=statement.organisation
            ),
            header=_("Material value of %(organisation)s, %(year)s", organisation=statement.organisation, year=statement.year),
            footer=_(
                "Material value, a shadow statement: no balance (BBV art. 63). Made on %(day)s",
                day=long_date(today),
            ),
            made_on=today,
            parts=[
                pages.lead(_("As it stood on %(day)s", day=statement.as_of)),
                pages.note(statement.note),
                *_statement(statement),
                *_totals(statement),
                *_classes(statement),
            ],
        )
    )


def _statement(statement: ValueStatement) -> Iterator[Block]:
    yield pages.headline(_("Statement of the year"))
    opening = _("Opening on %(day)s", day=statement.opened_on) if statement.opened_on else _("Opening: nothing was valued before")
    rows: list[Sequence[Words]] = [[opening, statement.opening]]
    for part in MovedPart:
        rows += [
            [_("%(part)s: %(line)s", part=part.label, line=line.label), line.amount]
            for line in statement.moved
            if line.part is part
        ]
    rows.append([_("Closing on %(day)s", day=statement.as_of), statement.closing])
    yield pages.table([_("What became of the value"), _("Amount")], rows, align="lr", has_total=True)


def _totals(statement: ValueStatement) -> Iterator[Block]:
    yield pages.headline(_("What was found"))
    yield pages.table([_("What"), _("On %(day)s", day=statement.as_of)], statement.facts, align="ll", widths=["auto", "1"])
    yield pages.headline(_("By method"))
    head = [_("Method"), _("Parts"), _("Mass"), _("Value (gross)")]
    yield pages.table(head, statement.methods, align="lrrr", widths=["1", "auto", "auto", "auto"])
    yield pages.small(_("A part without a value is not worth nothing: nobody knows yet what it is worth."))


def _classes(statement: ValueStatement) -> Iterator[Block]:
    if not statement.classes:
        return
    yield pages.headline(_("By class of asset"))
    head = [_("Class"), _("Opening"), *statement.columns, _("Closing")]
    for row in statement.classes:
        yield pages.section(row[0])
        yield pages.table([_("What"), _("Amount")], list(zip(head[1:], row[1:], strict=True)), align="lr", has_total=True)
