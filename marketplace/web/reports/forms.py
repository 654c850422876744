"""What a municipality reports of a year, and what the AO CE says to it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from wtforms import HiddenField, RadioField, StringField, TextAreaField

from marketplace.impact.queries.reports import MaterialUseYear
from marketplace.impact.rules.goals import Decision
from marketplace.impact.rules.material_use import ORIGIN_LABELS, SCOPE_LABELS, Origin, UseRow
from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError, Invalid, Refusal
from marketplace.kernel.formats import KG_PER_TONNE
from marketplace.kernel.language import _, current_locale
from marketplace.materials.rules.taxonomy import MaterialGroup
from marketplace.web.reports.grid import Part
from marketplace.web.ui.forms import DecimalField, DutchDateField, Form, Required, options


class TonnesField(DecimalField):
    """A mass in tonnes, shown to the gram. So saving a page changes nothing that was not typed."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format_decimal(self.data, format="#,##0.######", locale=current_locale())


class VersionForm(Form):
    """Something about the version that was read. Another one meanwhile: it is refused."""

    version = HiddenField()

    def version_read(self) -> int | None:
        """The version that was read; None where that cannot be read any more."""
        typed = self.version.data or "0"
        return int(typed) if typed.isdecimal() else None


class MaterialUseForm(VersionForm):
    """The questions around the table; the table's fields are added for one part of the report."""

    groups: Sequence[MaterialGroup] = ()
    part: Part
    scope = RadioField(
        _("What counts for the goals?"),
        [Required()],
        choices=options((scope.value, label) for scope, label in SCOPE_LABELS.items()),
        description=_("Goals 1 and 2 are counted from what comes in, of the one that you choose."),
    )
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
    explanation = TextAreaField(
        _("Explanation"),
        description=_(
            "The AO CE reads this with your figures. Say what is missing here too. Euros are not turned into tonnes: there is no factor with a source for that."
        ),
    )

    def mass(self, group: MaterialGroup, origin: Origin) -> Any:
        """The field of one cell."""
        return self[_name(group.slug, origin)]

    def included_kg(self) -> Decimal:
        """How much of what is not primary came through the bank, in kilograms."""
        return Decimal(self.includes_bank_kg.data or 0) * KG_PER_TONNE

    def rows(self, stored: Sequence[UseRow]) -> list[UseRow]:
        """Every cell that was filled in, in kilograms; then the rows of the other parts."""
        typed = [
            UseRow(group.slug, origin.value, field.data * KG_PER_TONNE, self.part.scope.value, self.part.flow.value)
            for group in self.groups
            for origin in self.part.origins
            if (field := self.mass(group, origin)).data is not None
        ]
        return [*typed, *(row for row in stored if not self.part.holds(row))]

    def says_more_than(self, unchanged: "MaterialUseForm") -> bool:
        """Whether something was typed or chosen that the page did not show already."""
        typed = (field for field in self if not isinstance(field, HiddenField))
        return any(field.process_errors or _value(field) != _value(unchanged[field.name]) for field in typed)

    def at_fields(self, refusal: Refusal) -> Refusal:
        """The same refusal with the cells of this form for the rows that it speaks of."""
        rows = self.rows(())
        errors = []
        for error in refusal.errors:
            number = error.field.removeprefix("rows[").partition("]")[0]
            row = rows[int(number)] if number.isdigit() and int(number) < len(rows) else None
            errors.append(error if row is None else FieldError(_name(row.group_slug, row.origin), error.message))
        return Invalid.all(errors) if errors else refusal


def _value(field: Any) -> Any:
    return None if field.data == "" else field.data


def _name(group_slug: str, origin: str) -> str:
    return f"mass-{group_slug}-{origin}"


def material_use_form(groups: Sequence[MaterialGroup], report: MaterialUseYear, part: Part, **more: Any) -> MaterialUseForm:
    """The form for one part, with what was reported before. `formdata=None`: as it was shown, whatever was sent."""
    fields = {
        _name(group.slug, origin): TonnesField(f"{group.name}, {ORIGIN_LABELS[origin]}")
        for group in groups
        for origin in part.origins
    }
    masses = part.masses(report.rows)
    values = {_name(*cell): mass_kg / Decimal(KG_PER_TONNE) for cell, mass_kg in masses.items()}
    included = None if report.includes_bank_kg is None else report.includes_bank_kg / Decimal(KG_PER_TONNE)
    made: type[MaterialUseForm] = type("MaterialUseTable", (MaterialUseForm,), {**fields, "groups": tuple(groups), "part": part})
    answers = {
        "includes_bank_kg": included,
        "includes_bank_as_of": report.includes_bank_as_of or clock.today(),
        "scope": report.scope.value,
        "explanation": report.explanation,
    }
    return made(data={**values, **answers, "version": str(report.version)}, **more)


class SubmitForm(VersionForm):
    """The button with which a version is submitted."""


class QuestionForm(VersionForm):
    """The question with which a report is sent back."""

    question = TextAreaField(
        _("Your question"),
        [Required(_("Write what you ask. Without a question the municipality does not know what to change."))],
        description=_("The municipality reads it, answers, and submits again."),
    )


class RemarkForm(Form):
    """A line of the conversation about a report."""

    text = TextAreaField(_("Your message"), [Required(_("Write what you want to say."))])


class AdoptForm(VersionForm):
    """The decision with which a year is adopted."""

    body = StringField(
        _("Who decided?"),
        [Required(_("Fill in who decided this, for example “Gemeenteraad” or “College van B en W”."))],
        description=_("For example: college van B en W, or gemeenteraad."),
    )
    decided_on = DutchDateField(
        _("When?"), [Required(_("Fill in the day of the decision, from 1 January 2000 to today."))], is_past=True
    )
    document = StringField(
        _("In which document?"),
        [Required(_("Fill in where the decision stands, for example the name and number of the document."))],
        description=_("Its name and number, so that it can be found in five years."),
    )
    text = TextAreaField(_("Remark"), description=_("Shown with the adopted year, for everyone who may read it."))

    def decision(self) -> Decision:
        """What was decided."""
        return Decision(self.body.data, self.decided_on.data, self.document.data, self.text.data or "")
