"""Which columns may a model learn from, and why not from the others?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from enterprisehub.errors import Invalid
from leads.learning import leaks, proxies
from leads.learning.columns import Seen, see
from leads.learning.fitting import Numbers
from leads.learning.table import Table


@dataclass(frozen=True)
class Wish:
    """What the tenant asked for: names of columns. `exclude` wins over `allow`; `protected` columns are compared with, never used."""

    outcome: str
    time: str = ""
    exclude: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    tenant: str = ""
    ours: bool = False  # columns that we made ourselves of what was known then: no leak and no proxy to look for


@dataclass(frozen=True)
class Choice:
    """The columns to learn from, the reason for each that is left out, and what was found about leaks and proxies."""

    used: tuple[Seen, ...]
    left_out: dict[str, str]
    leaks: tuple[leaks.Leak, ...] = ()
    proxies: tuple[proxies.Proxy, ...] = ()
    protected: tuple[str, ...] = field(default=())


def known(table: Table, wish: Wish) -> None:
    """Every column that was named must be in the file; raises Invalid (field = the option) when one is not."""
    named = {"outcome": (wish.outcome,), "exclude": wish.exclude, "allow": wish.allow, "protected": wish.protected}
    for option, names in (named | ({"time": (wish.time,)} if wish.time else {})).items():
        for name in names:
            if name not in table.columns:
                there = ", ".join(table.columns)
                raise Invalid(f"--{option}: the file has no column {name!r}; it has: {there[:2000]}.", field=option)


def choose(table: Table, outcome: Numbers, wish: Wish, *, told: Callable[[str], None]) -> Choice:
    """Go through the columns: what was excluded, what is unfit, what leaks the outcome, what stands for a protected class."""
    left_out: dict[str, str] = {}
    used: list[Seen] = []
    leaking: list[leaks.Leak] = []
    standing: list[proxies.Proxy] = []
    told(f"looking at {len(table.columns)} columns")
    for name, cells in table.columns.items():
        if name in (wish.outcome, wish.time):
            continue
        seen = see(name, cells)
        proxy = None if wish.ours else proxies.look(name, cells)
        standing += [proxy] if proxy else []
        leak = None if wish.ours or seen.kind == "identifier" else leaks.look(seen, cells, outcome)
        leaking += [leak] if leak and name not in wish.exclude else []
        why = _why_not(seen, wish, leak, proxy)
        if why:
            left_out[name] = why
        else:
            used.append(seen)
    return _without_ties(table, wish, Choice(tuple(used), left_out, tuple(leaking), tuple(standing)))


def _why_not(seen: Seen, wish: Wish, leak: leaks.Leak | None, proxy: proxies.Proxy | None) -> str:
    if seen.name in wish.exclude:
        return "excluded by --exclude"
    if seen.name in wish.protected:
        return "protected: only compared with"
    if seen.unfit:
        return seen.unfit
    if seen.name in wish.allow:
        return ""
    if leak and leak.verdict == "refused":
        return f"probably known only after the outcome: {leak.why} (--allow {seen.name!r} uses it all the same)"
    if proxy:
        return f"a proxy risk: {proxy.why} (--allow {seen.name!r} uses it all the same)"
    return ""


def _without_ties(table: Table, wish: Wish, choice: Choice) -> Choice:
    """What is left is compared with the protected columns of the file, named or found."""
    names = [proxy.column for proxy in choice.proxies] + list(wish.protected)
    protected = {
        name: table.columns[name]
        for name in dict.fromkeys(names)
        if see(name, table.columns[name]).kind != "identifier"
    }
    used = {seen.name: table.columns[seen.name] for seen in choice.used if seen.name not in protected}
    found = proxies.ties(used, protected)
    out = {
        proxy.column: f"a proxy risk: {proxy.why}"
        for proxy in found
        if proxy.refused and proxy.column not in wish.allow
    }
    return Choice(
        tuple(seen for seen in choice.used if seen.name not in out),
        choice.left_out | out,
        choice.leaks,
        choice.proxies + tuple(found),
        tuple(protected),
    )


def as_told(choice: Choice) -> dict[str, Any]:
    """The findings as they stand on the card."""
    used = {seen.name for seen in choice.used}
    return {
        "left_out": [{"column": name, "why": why} for name, why in choice.left_out.items()],
        "leaks": [{**vars(leak), "used": leak.column in used} for leak in choice.leaks],
        "proxies": [{**vars(proxy), "used": proxy.column in used} for proxy in choice.proxies],
    }
