"""Does a drawing show what its table says: gaps as gaps, zero at zero, everything inside the frame?"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.charts import HEIGHT, WIDTH, Point, Series, bar_chart, line_chart
from analytics.measures import Mean, Rate
from analytics.templatetags.charts import figure, mean, on_cost, rate, told

values = st.one_of(st.none(), st.floats(min_value=-1e6, max_value=1e6, allow_nan=False))


def numbers(path: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", path)]


def test_a_day_without_cases_is_a_gap_and_not_a_zero() -> None:
    points = (Point("Mon", 3.0), Point("Tue", None), Point("Wed", 4.0), Point("Thu", 5.0))
    drawn = line_chart("Replies", [Series("Now", points)], unit="count").series[0]
    assert len(drawn.paths) == 2
    assert len(drawn.dots) == 3


@given(st.lists(values, min_size=1, max_size=40))
def test_every_dot_stands_inside_the_frame(given_values: list[float | None]) -> None:
    points = tuple(Point(str(i), value) for i, value in enumerate(given_values))
    chart = line_chart("Anything", [Series("Now", points)], unit="count")
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in chart.series[0].dots)
    assert len(chart.table) == len(points)


@given(st.lists(values, min_size=1, max_size=12))
def test_every_bar_stands_inside_the_frame_and_starts_at_zero(given_values: list[float | None]) -> None:
    chart = bar_chart("Anything", [Point(str(i), value) for i, value in enumerate(given_values)], unit="count")
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        if bar.point.value is not None:
            assert bar.x == pytest.approx(chart.zero) or bar.x + bar.width == pytest.approx(chart.zero, abs=0.2)


def test_a_band_is_drawn_where_the_interval_is_known() -> None:
    points = tuple(Point(str(i), 0.3, 0.2, 0.4) for i in range(3))
    chart = line_chart("Replies", [Series("Now", points)], unit="percent")
    assert chart.series[0].band.endswith("Z")
    assert len(numbers(chart.series[0].band)) == 12


def test_shares_end_at_all_of_them() -> None:
    chart = line_chart("Share", [Series("Now", (Point("a", 0.97), Point("b", 1.0)))], unit="percent")
    assert chart.ys[-1].value == pytest.approx(1.0)


def test_nothing_to_draw_is_said() -> None:
    assert line_chart("Nothing", [], unit="count").empty
    assert bar_chart("Nothing", [Point("a", None)], unit="count").empty


def test_an_unknown_unit_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="furlongs"):
        bar_chart("Far", [], unit="furlongs")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.347, "percent", "35 %"),
        (0.031, "percent", "3.1 %"),
        (0.0412, "points", "+4.1 points"),
        (95, "seconds", "1 min 35 s"),
        (7260, "seconds", "2 h 1 min"),
        (300000, "seconds", "3.5 days"),
        (90, "minutes", "1 h 30 min"),
        (12345.6, "money", "12,346"),
        (3.14, "money", "3.14"),
        (4.25, "score", "4.2"),
        (12, "count", "12"),
        (None, "count", "–"),
    ],
)
def test_figures_read_as_people_write_them(value: float | None, unit: str, words: str) -> None:
    assert figure(value, unit) == words


def test_a_return_of_many_times_the_cost_is_no_percentage() -> None:
    assert on_cost(0.42) == "42 %"
    assert on_cost(446.26) == "446 times"


def test_rates_and_means_of_few_cases_are_told_in_words() -> None:
    assert rate(Rate(3, 5)) == "3 of 5, too few for a percentage"
    assert rate(Rate(12, 40)) == "12 of 40, 30 % (18 to 45 %)"
    assert rate(None) == rate(Rate(0, 0)) == "no cases yet"
    assert mean(Mean(1, 5.0, 25.0), "score") == "1 case, too few for a mean"
    assert mean(Mean(40, 160.0, 700.0), "score") == "4.0, n = 40"
    assert mean(None, "score") == "no cases yet"


def test_a_point_is_told_with_its_interval_and_cases() -> None:
    assert told(Point("a", 0.3, 0.2, 0.4, n=1200), "percent") == "30 % (20 % to 40 %), n = 1,200"
    assert told(Point("a", None, note="too few cases"), "percent") == "too few cases"
    assert told(None, "percent") == "–"
