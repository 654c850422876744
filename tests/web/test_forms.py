"""The base form: what is typed stays, what is wrong is said once, nothing is left to the browser."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import PasswordField, RadioField, StringField, TextAreaField

from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.language import _, reading_in
from marketplace.kernel.units import Quantity, Unit
from marketplace.web.reservations.forms import ProposeForm, parse_moment
from marketplace.web.ui import forms
from marketplace.web.ui.forms import attach
from marketplace.web.ui.numbers import WholeField


@pytest.fixture(autouse=True)
def request_in_dutch() -> Iterator[None]:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="only for this test", WTF_CSRF_ENABLED=False)
    with app.test_request_context("/"), reading_in("nl"):
        yield


class LotForm(forms.Form):
    title = StringField("Titel", [forms.Required()], description="Kort en duidelijk")
    quantity = forms.QuantityField("Hoeveelheid", [forms.Required()], units=(Unit.M2, Unit.PIECE))
    from_on = forms.DutchDateField("Vanaf wanneer vrij?")
    weight = forms.DecimalField("Gewicht")
    condition = RadioField("Kwaliteit", [forms.Required()], choices=forms.options([("good", "Goed"), ("fair", "Redelijk")]))
    note = TextAreaField("Opmerking")
    secret = PasswordField("Wachtwoord")
    idempotency_key = forms.IdempotencyField()


def filled(**changes: str) -> Any:
    typed = {
        "title": "Kei",
        "quantity": "1.200",
        "unit": "m2",
        "from_on": "12 jan 2027",
        "weight": "1,5",
        "condition": "good",
        **changes,
    }
    return LotForm(MultiDict(typed))


def test_a_form_reads_figures_and_days_as_the_dutch_write_them() -> None:
    form = filled()
    assert form.validate(), form.errors
    assert form.quantity.data == Quantity(Decimal(1200), Unit.M2)
    assert (form.from_on.data, form.weight.data) == (date(2027, 1, 12), Decimal("1.5"))


def test_what_was_typed_stays_when_it_cannot_be_read() -> None:
    form = filled(quantity="1.5", from_on="ooit")
    assert not form.validate()
    assert 'value="1.5"' in form.quantity()
    assert 'value="ooit"' in form.from_on()
    assert [fault.anchor for fault in form.summary()] == ["quantity", "from_on"]


def test_an_empty_field_is_told_by_its_label_and_a_choice_as_a_choice() -> None:
    form = filled(title="  ", condition="")
    assert not form.validate()
    assert [(fault.anchor, str(fault.message)) for fault in form.summary()] == [
        ("title", "Vul “Titel” in."),
        ("condition-0", "Maak een keuze bij “Kwaliteit”."),
    ]


def test_the_same_form_speaks_english_on_an_english_page() -> None:
    with reading_in("en"):
        form = filled(title="", quantity="1,200", from_on="12 January 2027", weight="1.5")
        assert not form.validate()
        assert [str(fault.message) for fault in form.summary()] == ["Fill in “Titel”."]


def test_a_field_says_in_aria_what_the_browser_must_not_enforce() -> None:
    form = filled(title="")
    form.validate()
    drawn = form.title()
    assert 'aria-required="true"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="title-hint title-error"' in drawn
    assert " required" not in drawn
    assert "aria-required" not in form.weight()


def test_texts_are_cleaned_and_passwords_are_left_alone() -> None:
    form = filled(title=" ’s-Hertogenbosch\u200b ", note="een  \r\ntwee", secret=" geheim ")
    assert form.validate(), form.errors
    assert (form.title.data, form.note.data, form.secret.data) == ("’s-Hertogenbosch", "een\ntwee", " geheim ")


def test_a_text_that_cannot_be_stored_is_refused_at_its_field() -> None:
    form = filled(title="kei\x00")
    assert not form.validate()
    assert [fault.anchor for fault in form.summary()] == ["title"]


def test_part_of_a_piece_is_refused_by_the_rule_of_quantities() -> None:
    form = filled(quantity="2,5", unit="piece")
    assert not form.validate()
    assert "heel" in str(form.summary()[0].message)


def test_a_unit_that_is_no_choice_is_refused() -> None:
    assert not filled(unit="kg").validate()
    assert not filled(unit="el").validate()


def test_a_refusal_is_shown_at_its_field_and_in_the_summary() -> None:
    form = filled()
    form.validate()
    attach(form, Invalid.all([FieldError("unit", _("No.")), FieldError("place", _("Where?"))]))
    assert [(fault.anchor, str(fault.message)) for fault in form.summary()] == [(None, "Where?"), ("quantity", "No.")]


def test_a_refusal_without_a_field_stands_above_the_form() -> None:
    form = filled()
    attach(form, Conflict(_("Somebody was first.")))
    assert [(fault.anchor, str(fault.message)) for fault in form.summary()] == [(None, "Somebody was first.")]


def test_a_key_stays_the_same_when_the_form_comes_back_and_is_replaced_when_it_is_no_key() -> None:
    first = LotForm().idempotency_key.data
    assert len(first) >= 16
    assert filled(idempotency_key=first).idempotency_key.data == first
    assert filled(idempotency_key="<script>").idempotency_key.data != "<script>"


def test_a_number_that_is_known_is_shown_as_the_dutch_write_it() -> None:
    form = LotForm(
        data={"quantity": Quantity(Decimal("1200.5"), Unit.M2), "from_on": date(2027, 1, 12), "weight": Decimal("0.25")}
    )
    assert 'value="1.200,5"' in form.quantity()
    assert 'value="12 januari 2027"' in form.from_on()
    assert 'value="0,25"' in form.weight()
    assert form.quantity.unit == "m2"


def test_no_style_sheet_or_template_of_the_frame_carries_inline_style() -> None:
    templates = Path(__file__).parents[2] / "templates"
    guilty = [
        path.name
        for path in templates.rglob("*.html")
        if " style=" in path.read_text(encoding="utf-8") and "mail" not in path.parts
    ]
    assert guilty == []


@pytest.mark.parametrize("locale", ["nl", "en"])
def test_a_time_that_stands_in_a_field_is_read_back_as_it_was(locale: str) -> None:
    """The first of December, which figures do not tell from the twelfth of January on an English page."""
    with reading_in(locale):
        field = ProposeForm(data={"times": datetime(2026, 12, 1, 9, 30, tzinfo=UTC)}).times
        assert parse_moment(field._value(), locale).astimezone(UTC) == datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "value", "errors"), [("2", 2, 0), (" 2 ", 2, 0), ("", None, 0), ("1,5", None, 1), ("twee", None, 1)]
)
def test_a_whole_number_says_what_to_type(typed: str, value: int | None, errors: int) -> None:
    class Pallets(forms.Form):
        pallets = WholeField("Palletplaatsen")

    form = Pallets(MultiDict({"pallets": typed}))
    form.validate()
    assert (form.pallets.data, list(map(str, form.pallets.errors))) == (
        value,
        ["Typ een heel getal in cijfers, bijvoorbeeld 2."] * errors,
    )
