"""Where bars stand: plain geometry, checked by hand."""

from decimal import Decimal

import pytest

from marketplace.kernel.language import reading_in
from marketplace.web.ui.charts import bar_chart, row_chart, ticks


@pytest.mark.parametrize(
    ("largest", "expected"),
    [("81", ["0", "25", "50", "75", "100"]), ("100", ["0", "25", "50", "75", "100"]), ("3", ["0", "1", "2", "3"]), ("0", ["0", "1"]),
     ("0.8", ["0", "0.2", "0.4", "0.6", "0.8"]), ("4121", ["0", "2000", "4000", "6000"])],
)  # fmt: skip
def test_an_axis_counts_in_round_steps(largest: str, expected: list[str]) -> None:
    assert ticks(Decimal(largest)) == [Decimal(one) for one in expected]


def test_a_bar_is_as_high_as_its_figure() -> None:
    chart = bar_chart("c", "T", category="Month", unit="t", names=["jan", "feb"], series=[("A", [50, 100])])
    for drawing in chart.drawings:
        half, whole = drawing.bars
        assert whole.height == pytest.approx(2 * half.height, abs=0.2)
        assert half.y + half.height == pytest.approx(whole.y + whole.height, abs=0.2)


def test_an_unknown_figure_has_no_bar_and_is_said_in_the_table() -> None:
    with reading_in("nl"):
        chart = row_chart(
            "c", "T", category="Gemeente", unit="ton", names=["Almelo", "Borne"], series=[("A", [4, None]), ("B", [0, 2])]
        )
    assert [len(drawing.bars) for drawing in chart.drawings] == [2, 2]
    assert chart.rows == (("Almelo", "4", "0"), ("Borne", "onbekend", "2"))


def test_a_chart_is_drawn_for_a_phone_and_for_a_wide_screen() -> None:
    chart = bar_chart("c", "T", category="Month", unit="t", names=["jan"], series=[("A", [1])])
    assert [(drawing.name, drawing.width) for drawing in chart.drawings] == [("wide", 720), ("narrow", 320)]


def test_every_bar_stays_inside_its_drawing() -> None:
    names = [f"month {one}" for one in range(36)]
    chart = bar_chart("c", "T", category="Month", unit="t", names=names, series=[("A", list(range(36))), ("B", [36] * 36)])
    for drawing in chart.drawings:
        assert all(bar.x >= 0 and bar.width > 0 and bar.x + bar.width <= drawing.width and bar.y >= 0 for bar in drawing.bars)


def test_figures_must_fit_their_names() -> None:
    with pytest.raises(ValueError, match="one or two series"):
        bar_chart("c", "T", category="Month", unit="t", names=["jan"], series=[("A", [1, 2])])
