"""Where bars stand: plain geometry, checked by hand."""

from decimal import Decimal
from typing import Literal

import pytest

from marketplace.web.ui.charts import Chart, Column, Drawing, Step, columns, share_of, waterfall


def step(name: str, value: int | None, kind: Literal["plus", "less", "sum"]) -> Step:
    return Step(name, name, "a note", None if value is None else Decimal(value), kind, str(value), f"{value} t")


def fall(avoided: int | None, transport: int, processing: int | None, net: int | None) -> Chart:
    return waterfall(
        "w",
        [step("a", avoided, "plus"), step("t", transport, "less"), step("p", processing, "less"), step("n", net, "sum")],
    )


def bars(*values: int) -> Chart:
    return columns(
        "c", [Column(str(value), f"month {value}", "mon", "m", Decimal(value), str(value), f"{value} t") for value in values]
    )


def wide(chart: Chart) -> Drawing:
    return next(drawing for drawing in chart.drawings if drawing.name == "wide")


def test_each_step_begins_where_the_one_before_it_ended() -> None:
    for drawing in fall(100, 30, 20, 50).drawings:
        avoided, transport, processing, net = drawing.blocks
        assert avoided.y + avoided.height == net.y + net.height == drawing.axis
        assert (transport.y, processing.y) == (avoided.y, pytest.approx(transport.y + transport.height, abs=0.2))
        assert net.y == pytest.approx(processing.y + processing.height, abs=0.2)
        assert net.height == pytest.approx(avoided.height / 2, abs=0.2)
        assert [block.kind for block in drawing.blocks] == ["plus", "less", "less", "plus"]


def test_what_is_not_known_has_no_bar_and_a_question_mark() -> None:
    for drawing in fall(100, 30, None, 70).drawings:
        assert len(drawing.blocks) == 3
        assert [word.text for word in drawing.words if word.text == "?"] == ["?"]
        assert drawing.blocks[-1].y == pytest.approx(drawing.blocks[1].y + drawing.blocks[1].height, abs=0.2)


def test_more_driven_than_avoided_ends_below_the_axis() -> None:
    drawing = wide(fall(20, 50, None, -30))
    avoided, transport, net = drawing.blocks
    assert avoided.y + avoided.height == pytest.approx(drawing.axis, abs=0.2)
    assert net.y == drawing.axis
    assert net.height == pytest.approx(transport.height * 3 / 5, abs=0.2)


def test_nothing_at_all_draws_nothing() -> None:
    assert [drawing.blocks for drawing in fall(None, 0, None, None).drawings] == [(), ()]


def test_a_column_is_as_high_as_its_figure() -> None:
    for drawing in bars(50, 100).drawings:
        half, whole = drawing.blocks
        assert whole.height == pytest.approx(2 * half.height, abs=0.2)
        assert half.y + half.height == pytest.approx(whole.y + whole.height, abs=0.2)


def test_a_month_without_anything_or_with_less_has_no_bar_and_stands_in_the_table() -> None:
    chart = bars(4, 0, -2)
    assert [len(drawing.blocks) for drawing in chart.drawings] == [1, 1]
    assert [text for _key, _name, text in chart.rows] == ["4 t", "0 t", "-2 t"]
    assert chart.says == "month 4 4 t, month -2 -2 t"


def test_a_chart_is_drawn_for_a_phone_and_for_a_wide_screen() -> None:
    assert [(drawing.name, drawing.width) for drawing in bars(1).drawings] == [("wide", 560), ("narrow", 340)]


def test_every_bar_stays_inside_its_drawing() -> None:
    for chart in (bars(*range(12)), fall(100, 250, 20, -170)):
        for drawing in chart.drawings:
            assert all(block.x >= 0 and block.width > 0 and block.x + block.width <= drawing.width for block in drawing.blocks)
            assert all(block.y >= 0 and block.y + block.height <= drawing.height for block in drawing.blocks)


@pytest.mark.parametrize(("value", "largest", "length"), [(0, 10, 0), (5, 10, 50), (10, 10, 100), (-5, 10, 0), (0, 0, 0)])
def test_a_bar_is_as_long_as_its_share_of_the_longest(value: int, largest: int, length: float) -> None:
    assert share_of(Decimal(value), Decimal(largest)) == length
