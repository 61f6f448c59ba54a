"""Where does each line, bar and whisker of a chart stand? Values in, coordinates out; the templates draw them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 14, 30  # room around the drawing
ROW, LABEL = 34, 190  # of a bar chart: a row's height, the labels' width
UNITS = {"percent", "count", "money", "seconds", "minutes", "score", "points"}


@dataclass(frozen=True)
class Point:
    """One value with its interval, when it has one; None where there is nothing to show, which is a gap and not a zero."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Series:
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Tick:
    at: float
    value: float
    label: str


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    point: Point


@dataclass(frozen=True)
class DrawnSeries:
    name: str
    number: int  # 1 to 4, for the style
    paths: tuple[str, ...]  # one for each run without a gap
    band: str  # the interval as an area; empty without one
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class LineChart:
    """`series` share the x axis; `table` has a row per x with a value of each series."""

    title: str
    unit: str
    series: tuple[DrawnSeries, ...]
    ys: tuple[Tick, ...]
    xs: tuple[Tick, ...]
    table: tuple[tuple[str, tuple[Point | None, ...]], ...]
    empty: bool
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Bar:
    y: float
    x: float
    width: float
    middle: float  # y of the text and the whisker
    whisker: tuple[float, float] | None
    point: Point


@dataclass(frozen=True)
class BarChart:
    """Horizontal bars, one per row, from `zero` on; a whisker is the interval."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    xs: tuple[Tick, ...]
    zero: float
    empty: bool
    width: int = WIDTH
    height: int = HEIGHT


def line_chart(title: str, series: Sequence[Series], *, unit: str) -> LineChart:
    """Over time: at most four series, all with the same labels in the same order. `unit` is one of UNITS."""
    values = [
        v
        for one in series
        for p in one.points
        if p.value is not None
        for v in (p.value, p.low, p.high)
        if v is not None
    ]
    labels = [point.label for point in series[0].points] if series else []
    low, high, step = _scale(values, unit)

    def x(i: int) -> float:
        span = WIDTH - LEFT - RIGHT
        return round(LEFT + (span * i / (len(labels) - 1) if len(labels) > 1 else span / 2), 1)

    def y(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low), 1)

    drawn = tuple(_draw(one, number, x, y) for number, one in enumerate(series[:4], start=1))
    ys = tuple(Tick(y(low + i * step), low + i * step, "") for i in range(round((high - low) / step) + 1))
    every = max(1, ceil(len(labels) / 8))
    xs = tuple(Tick(x(i), float(i), label) for i, label in enumerate(labels) if i % every == 0)
    table = tuple(
        (label, tuple(one.points[i] if i < len(one.points) else None for one in series))
        for i, label in enumerate(labels)
    )
    return LineChart(title, unit, drawn, ys, xs, table, empty=not values)


def _draw(series: Series, number: int, x: Callable[[int], float], y: Callable[[float], float]) -> DrawnSeries:
    paths: list[str] = []
    run: list[str] = []
    for i, point in enumerate(series.points):
        if point.value is None:
            paths, run = ([*paths, "M" + "L".join(run)] if run else paths), []
        else:
            run.append(f"{x(i)} {y(point.value)}")
    paths = [*paths, "M" + "L".join(run)] if run else paths
    sure = [(i, p.low, p.high) for i, p in enumerate(series.points) if p.low is not None and p.high is not None]
    band = ""
    if len(sure) > 1:
        upper = [f"{x(i)} {y(high)}" for i, _, high in sure]
        lower = [f"{x(i)} {y(low)}" for i, low, _ in reversed(sure)]
        band = "M" + "L".join(upper + lower) + "Z"
    dots = tuple(Dot(x(i), y(p.value), p) for i, p in enumerate(series.points) if p.value is not None)
    return DrawnSeries(series.name, number, tuple(paths), band, dots)


def bar_chart(title: str, points: Sequence[Point], *, unit: str) -> BarChart:
    """By name: one bar per point, in the order given. Negative values go to the left of zero."""
    values = [v for p in points if p.value is not None for v in (p.value, p.low, p.high) if v is not None]
    low, high, step = _scale(values, unit)
    right = WIDTH - 72  # room for the figure behind the bar

    def x(value: float) -> float:
        return round(LABEL + (right - LABEL) * (min(max(value, low), high) - low) / (high - low), 1)

    bars = []
    for i, point in enumerate(points):
        top = TOP + i * ROW
        ends = sorted((x(0.0), x(point.value or 0.0)))
        whisker = (x(point.low), x(point.high)) if point.low is not None and point.high is not None else None
        bars.append(Bar(top + 6, ends[0], round(ends[1] - ends[0], 1), top + ROW / 2, whisker, point))
    xs = tuple(Tick(x(low + i * step), low + i * step, "") for i in range(round((high - low) / step) + 1))
    height = TOP + len(points) * ROW + BOTTOM
    return BarChart(title, unit, tuple(bars), xs, x(0.0), empty=not values, height=height)


def _scale(values: Sequence[float], unit: str) -> tuple[float, float, float]:
    """Lowest and highest tick and the step between; zero is always inside, shares end at one."""
    if unit not in UNITS:
        raise ValueError(f"no unit {unit!r}")
    low, high = min([0.0, *values]), max([0.0, *values])
    if high - low < 1e-6:
        high = low + 1.0
    rough = (high - low) / 4
    size = 10 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    if unit == "count" and step < 1:
        step = 1.0
    bottom, top = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    if unit == "percent":
        top = min(top, 1.0) if high <= 1 else top
        top = top if top > bottom else bottom + step
        steps = max(1, round((top - bottom) / step))
        top = bottom + steps * step
    return bottom, top, step
