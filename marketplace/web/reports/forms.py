"""What a municipality put to use in a year. A mass in tonnes for each material group and origin."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from wtforms import HiddenField

from marketplace.impact.queries.reports import MaterialUseYear
from marketplace.impact.rules.material_use import ORIGIN_LABELS, ORIGINS_IN, Origin, UseRow
from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError, Invalid, Refusal
from marketplace.kernel.formats import KG_PER_TONNE
from marketplace.kernel.language import LOCALES, Text, _, current_locale, reading_in
from marketplace.materials.rules.taxonomy import MaterialGroup
from marketplace.web.ui.forms import DecimalField, DutchDateField, Form, Required

SHORT_ORIGINS: dict[Origin, Text] = {**ORIGIN_LABELS, Origin.PRIMARY: _("New")}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table. `names`: how a pasted sheet may call it, in every language."""

    origin: Origin
    label: Text
    short: Text
    names: str


def columns() -> list[Column]:
    """One for each origin."""
    return [Column(one, ORIGIN_LABELS[one], SHORT_ORIGINS[one], _names(one)) for one in ORIGINS_IN]


def _names(origin: Origin) -> str:
    said = [origin.value]
    for locale in LOCALES:
        with reading_in(locale):
            said += [str(ORIGIN_LABELS[origin]), str(SHORT_ORIGINS[origin])]
    return "|".join(dict.fromkeys(said))


class TonnesField(DecimalField):
    """A mass in tonnes, shown to the gram. So saving a page changes nothing that was not typed."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format_decimal(self.data, format="#,##0.######", locale=current_locale())


class MaterialUseForm(Form):
    """The two questions around the table; the table's fields are added per material group."""

    groups: Sequence[MaterialGroup] = ()
    version = HiddenField()
    includes_bank_kg = TonnesField(
        _("How much of this came to you through the materials bank?"),
        [Required()],
        description=_(
            "What you received and also enter below as reused, recycled or biobased: it counts once. What you leave out, we add. "
            "Enter 0 if nothing of it is below."
        ),
    )
    includes_bank_as_of = DutchDateField(
        _("Up to which day?"), description=_("What you received through the materials bank after that day, we add."), is_past=True
    )

    def mass(self, group: MaterialGroup, origin: Origin) -> Any:
        """The field of one cell."""
        return self[_name(group.slug, origin)]

    def included_kg(self) -> Decimal:
        """How much of what is not primary came through the bank, in kilograms."""
        return Decimal(self.includes_bank_kg.data or 0) * KG_PER_TONNE

    def rows(self) -> list[UseRow]:
        """Every cell that was filled in, in kilograms."""
        return [
            UseRow(group.slug, origin.value, field.data * KG_PER_TONNE)
            for group in self.groups
            for origin in ORIGINS_IN
            if (field := self.mass(group, origin)).data is not None
        ]

    def at_fields(self, refusal: Refusal) -> Refusal:
        """The same refusal with the cells of this form for the rows that it speaks of."""
        rows = self.rows()
        errors = []
        for error in refusal.errors:
            number = error.field.removeprefix("rows[").partition("]")[0]
            row = rows[int(number)] if number.isdigit() and int(number) < len(rows) else None
            errors.append(error if row is None else FieldError(_name(row.group_slug, row.origin), error.message))
        return Invalid.all(errors) if errors else refusal


def _name(group_slug: str, origin: str) -> str:
    return f"mass-{group_slug}-{origin}"


def material_use_form(groups: Sequence[MaterialGroup], known: MaterialUseYear) -> MaterialUseForm:
    """The form for these groups, with what was reported before."""
    fields = {
        _name(group.slug, origin): TonnesField(f"{group.name}, {ORIGIN_LABELS[origin]}")
        for group in groups
        for origin in ORIGINS_IN
    }
    values = {_name(row.group_slug, row.origin): row.mass_kg / Decimal(KG_PER_TONNE) for row in known.rows}
    included = None if known.includes_bank_kg is None else known.includes_bank_kg / Decimal(KG_PER_TONNE)
    made: type[MaterialUseForm] = type("MaterialUseTable", (MaterialUseForm,), {**fields, "groups": tuple(groups)})
    answers = {"includes_bank_kg": included, "includes_bank_as_of": known.includes_bank_as_of or clock.today()}
    return made(data={**values, **answers, "version": str(known.version)})
