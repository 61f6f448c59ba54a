"""How is a model's card read by a person? As one page without scripts and without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:.5rem 0}td,th{border-bottom:1px solid #8886;padding:.25rem .75rem;text-align:left;"
    "vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}.warn{border-left:4px solid #b45309;padding-left:.75rem}"
    "svg{max-width:100%;height:auto}"
)
_SIDE: Final = 320
_EDGE: Final = 44


def page(card: Mapping[str, Any], version: str) -> str:
    """The whole page; every word that came from the tenant's file is escaped."""
    title = f"Scoring model {version}" + (f" of {card['tenant']}" if card["tenant"] else "")
    parts = [
        f"<h1>{escape(title)}</h1>",
        _warnings(card["warnings"]),
        _data(card),
        "<h2>How good it is</h2>",
        _figures(card["figures"]),
        f"<p>{escape(card['why_no_accuracy'])}</p>",
        _decisions(card["decisions"]),
        "<h2>Does 30 % mean 30 in 100?</h2>",
        plot(card["calibration"]),
        "<h2>What it looks at</h2>",
        _table(("column", "kind", "filled", "share of its say"), ((row["column"], row["kind"], f"{row['filled']:.0%}", f"{row['say']:.1%}") for row in card["columns"])),
        "<h2>What it does not look at, and why</h2>",
        _table(("column", "why"), ((row["column"], row["why"]) for row in card["left_out"])),
        "<h2>Known only afterwards?</h2>",
        _table(("column", "verdict", "why", "used"), ((row["column"], row["verdict"], row["why"], _yes(row["used"])) for row in card["leaks"])),
        "<h2>Proxies of protected classes</h2>",
        _table(("column", "stands for", "why", "used"), ((row["column"], row["stands_for"], row["why"], _yes(row["used"])) for row in card["proxies"])),
        _groups(card["groups"]),
        f"<h2>How it was made</h2><p>{escape(card['method'])}</p><p>{escape(card['drift'])}</p>",
    ]  # fmt: skip
    head = f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
    return f"{head}\n<body>\n" + "\n".join(part for part in parts if part) + "\n</body></html>\n"


def plot(calibration: Iterable[Mapping[str, Any]]) -> str:
    """The calibration curve as SVG: each circle is a tenth of the scale, as large as it has leads; on the line is right."""
    dots = list(calibration)
    circles = "".join(
        f'<circle cx="{dot["x"]}" cy="{dot["y"]}" r="{dot["r"]}" fill="#2563eb" fill-opacity=".6"><title>{dot["words"]}</title></circle>'
        for dot in placed(dots)
    )
    marks = "".join(
        f'<text x="{_x(part)}" y="{_SIDE + _EDGE + 16}" text-anchor="middle">{part:.0%}</text>'
        f'<text x="{_EDGE - 6}" y="{_y(part)}" text-anchor="end" dominant-baseline="middle">{part:.0%}</text>'
        for part in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    size = _SIDE + 2 * _EDGE
    return (
        f'<svg role="img" aria-label="Calibration: said against happened" viewBox="0 0 {size + 20} {size + 10}" width="{size}" font-size="12" fill="currentColor">'
        f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="currentColor" stroke-dasharray="4 4" fill="none"/>'
        f'<path d="M{_x(0)} {_y(1)}V{_y(0)}H{_x(1)}" stroke="currentColor" fill="none"/>{marks}{circles}'
        f'<text x="{_EDGE + _SIDE / 2}" y="{size}" text-anchor="middle">what the model said</text>'
        f'<text x="{_EDGE}" y="{_EDGE - 16}">what happened</text></svg>'
        + _table(
            ("said", "happened", "leads"),
            ((f"{dot['said']:.1%}", f"{dot['was']:.1%}", str(dot["rows"])) for dot in dots),
        )
    )


def placed(calibration: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The circles of `plot` for a page that draws them itself: x, y and r in the units of a square of 408, and the words."""
    dots = list(calibration)
    most = max((dot["rows"] for dot in dots), default=1)
    return [
        {
            "x": _x(dot["said"]),
            "y": _y(dot["was"]),
            "r": f"{3 + 9 * (dot['rows'] / most) ** 0.5:.1f}",
            "words": f"{dot['rows']} leads: {dot['said']:.0%} said, {dot['was']:.0%} converted",
        }
        for dot in dots
    ]


def bars(tenths: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The bars of the lift chart, in the square of `placed`: the leads in ten parts, the surest first, and how many of each converted."""
    wide = _SIDE / 10
    return [
        {
            "x": f"{_EDGE + wide * place + 3:.1f}",
            "y": _y(part["was"]),
            "width": f"{wide - 6:.1f}",
            "height": f"{_SIDE * part['was']:.1f}",
            "words": f"tenth {place + 1}, {part['rows']} leads: {part['was']:.0%} converted",
        }
        for place, part in enumerate(tenths)
    ]


def level(share: float) -> str:
    """Where a share stands on the upright of both charts."""
    return _y(share)


def _x(share: float) -> str:
    return f"{_EDGE + _SIDE * share:.1f}"


def _y(share: float) -> str:
    return f"{_EDGE + _SIDE * (1 - share):.1f}"


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    if not body:
        return "<p>Nothing was found.</p>"
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _warnings(warnings: Iterable[str]) -> str:
    return "".join(f'<p class="warn">{escape(warning)}</p>' for warning in warnings)


def _data(card: Mapping[str, Any]) -> str:
    data = card["data"]
    return (
        f"<p>Predicts <b>{escape(card['outcome'])}</b>, learned from {data['leads']:,} leads of which {data['converted']:,} converted ({data['share']:.1%}); "
        f"{data['without_outcome']:,} rows without an outcome were left aside. Order of time: {escape(data['order'])}. "
        f"SHA-256 of the file: <code>{escape(data['sha256'])}</code></p>"
    )


def _figures(figures: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for when, measured in figures.items():
        for name, figure in measured.items():
            if isinstance(figure, Mapping):
                said = f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"
                rows.append((name, said, f"{when}: {measured['rows']:,}, of which {measured['converted']:,} converted"))
    return _table(("measure", "value [95 % interval]", "leads"), rows)


def _decisions(told: Mapping[str, Any]) -> str:
    newest = told["newest leads"]
    count, right = newest["yes"] + newest["no"], newest["yes_right"] + newest["no_right"]
    yes = "never" if told["yes_from"] is None else f"from {told['yes_from']:.1%}"
    no = "never" if told["no_to"] is None else f"up to {told['no_to']:.1%}"
    share = f"{right / count:.1%} of them rightly" if count else "none at all"
    return (
        f"<p>It decides <b>yes</b> {yes} and <b>no</b> {no}; between them a person decides. On the newest {newest['rows']:,} leads, with bounds "
        f"fixed before: {count:,} decided ({count / max(1, newest['rows']):.0%}), {share}.</p>"
    )


def _groups(groups: Iterable[Mapping[str, Any]]) -> str:
    rows = [(row["group"], str(row["rows"]), f"{row['said']:.1%}", f"{row['was']:.1%}") for row in groups]
    told = "<p>Nobody is scored by these columns; this compares what the newest leads of each group were told with what happened.</p>"
    return told + _table(("group", "leads", "said", "happened"), rows) if rows else ""
