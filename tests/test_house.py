"""Does the code keep the house's rules that no linter knows? It is read as syntax trees."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("enterprisehub", "leads", "coaching", "analytics")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
# Only a sender that signs its requests may come without a form token.
CSRF_EXEMPT: set[str] = set()
# Longer than the rule when the rule came; they may get shorter, not longer.
LONG = {"settings.py": 400, "embedded.py": 308, "consumer.py": 310}
THINKING = (
    "coaching/objections.py", "coaching/questions.py", "coaching/suggestions.py", "coaching/attention.py",
    "coaching/fairhousing.py", "coaching/fairhousing_law.py", "leads/guarding.py",
    "coaching/playbooks.py", "coaching/kinds.py", "coaching/cards.py", "coaching/wording.py", "coaching/improvement.py",
    "leads/intent.py", "leads/preferences.py", "enterprisehub/engines/base.py",
    "enterprisehub/ghl/schemas.py", "enterprisehub/ghl/signature.py",
    "leads/clocks.py", "leads/completeness.py", "leads/handoff.py", "leads/lifecycle.py", "leads/packs.py",
    "leads/qualification.py", "leads/questions.py",
    "leads/encoding.py", "leads/features.py", "leads/scorecards.py", "leads/scoring.py",
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "leads" / "learning").glob("*.py"))),
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "leads" / "planning").glob("*.py"))),
)  # fmt: skip
FRAMEWORKS = {"django", "celery", "channels", "anthropic", "rest_framework"}
VAGUE = re.compile(r"(manager|handler|processor|helper|utils?|enhanced|intelligent|smart)s?$", re.IGNORECASE)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def calls(path: Path, *called: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            target = node.func
            last = (
                target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""
            )
            if last in called:
                yield node


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def mentions(path: Path, *words: str) -> list[int]:
    """Lines in which one of these names is used or imported."""
    found = []
    for node in ast.walk(tree(path)):
        names = [node.id] if isinstance(node, ast.Name) else [node.attr] if isinstance(node, ast.Attribute) else []
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = [alias.name for alias in node.names]
        found += [node.lineno for one in names if one in words]  # type: ignore[attr-defined]
    return found


def of_every(paths: list[Path]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """One test over all these files, which names each that breaks the rule: a test for each would cost minutes."""

    def decorate(rule: Callable[[Path], None]) -> Callable[[], None]:
        def test() -> None:
            broken = []
            for path in paths:
                try:
                    rule(path)
                except AssertionError as error:
                    broken.append(f"{name(path)}: {error}")
            assert not broken, "\n".join(broken)

        test.__name__, test.__doc__ = rule.__name__, rule.__doc__
        return test

    return decorate


def test_there_is_code_to_read() -> None:
    assert len(FILES) > 80


@of_every(FILES)
def test_a_file_opens_with_the_question_it_answers(path: Path) -> None:
    if not path.read_text("utf-8").strip():
        assert path.name == "__init__.py"
        return
    first = (ast.get_docstring(tree(path)) or "").partition("\n")[0]
    assert first.endswith((".", "?", "!", ")")), "one sentence"
    assert len(first) <= 200


@of_every(FILES)
def test_a_file_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONG.get(path.name, 300)


@of_every(FILES)
def test_a_function_has_at_most_45_lines(path: Path) -> None:
    assert {f.name: f.end_lineno - f.lineno + 1 for f in functions(path) if (f.end_lineno or 0) - f.lineno >= 45} == {}


def test_most_functions_are_short() -> None:
    lengths = sorted((f.end_lineno or f.lineno) - f.lineno + 1 for path in FILES for f in functions(path))
    assert lengths[len(lengths) // 2] <= 8
    sizes = sorted(len(path.read_text("utf-8").splitlines()) for path in FILES if path.name != "__init__.py")
    assert sizes[len(sizes) // 2] <= 110


@of_every(FILES)
def test_a_function_takes_at_most_5_arguments_of_its_own(path: Path) -> None:
    def count(f: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        args = [a.arg for a in (*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs)]
        return len([a for a in args if a not in ("self", "cls", "request", "model_admin")])

    # `ask` is the contract between coaching and the engines; the others are Django's signatures
    framework = {"ask", "formfield_for_foreignkey", "render_change_form", "constraint_sql", "database_forwards"}
    assert {f.name: count(f) for f in functions(path) if count(f) > 5 and f.name not in framework} == {}


@of_every(FILES)
def test_form_tokens_are_left_out_only_where_the_sender_signs(path: Path) -> None:
    assert not mentions(path, "csrf_exempt") or name(path) in CSRF_EXEMPT


@of_every(FILES)
def test_nothing_is_declared_safe_by_hand(path: Path) -> None:
    assert mentions(path, "mark_safe") == []
    assert list(calls(path, "SafeString", "SafeText")) == []


def test_templates_do_not_switch_escaping_off() -> None:
    """Help texts are our own and Django's, some of them lists."""
    sources = {p: p.read_text("utf-8") for p in (ROOT / "templates").rglob("*.html")}
    assert [
        name(p)
        for p, text in sources.items()
        if re.search(r"(?<!help_text)\|\s*safe\b|autoescape\s+off|\|\s*safeseq", text)
    ] == []


@of_every(FILES + TESTS)
def test_whoever_opens_every_tenant_says_why(path: Path) -> None:
    if path == Path(__file__) or name(path) in ("enterprisehub/tenants/scope.py", "tests/test_isolation.py"):
        return
    for call in calls(path, "unscoped", "everybodys"):
        reason = call.args[-1]
        assert isinstance(reason, ast.Constant), "a literal, so that a search finds it"
        assert len(str(reason.value).split()) >= (2 if path in TESTS else 3), ast.unparse(call)


@of_every(FILES)
def test_plain_managers_that_know_no_tenant_are_not_used(path: Path) -> None:
    assert mentions(path, "_base_manager") == []


@of_every(FILES)
def test_the_tenant_is_never_set_for_a_whole_connection(path: Path) -> None:
    if name(path) == "enterprisehub/tenants/scope.py":
        assert "set_config(%s, %s, true)" in path.read_text("utf-8")
        return
    assert not re.search(r"set_config|app\.tenant", path.read_text("utf-8")) or path.name == "rls.py"


@of_every(FILES)
def test_sentences_for_postgres_are_never_put_together_from_input(path: Path) -> None:
    """Where one is put together, the line says of what: our own names and placeholders."""
    lines = path.read_text("utf-8").splitlines()
    for call in calls(path, "execute", "executemany", "raw", "extra"):
        if (
            name(path) != "enterprisehub/tenants/rls.py"
            and call.args
            and isinstance(call.args[0], ast.BinOp | ast.JoinedStr)
        ):
            said = "\n".join(lines[call.lineno - 1 : call.end_lineno])
            assert re.search(r"S608 - \w+ \w+", said), f"{name(path)}:{call.lineno}"


@of_every(FILES)
def test_what_can_run_code_or_skip_checks_is_not_used(path: Path) -> None:
    assert [c.lineno for c in calls(path, "eval", "exec", "__import__")] == []
    assert mentions(path, "pickle", "marshal", "unsafe_load", "UnsafeLoader") == []
    bad = [k for c in ast.walk(tree(path)) if isinstance(c, ast.Call) for k in c.keywords if k.arg == "verify"]
    assert [k for k in bad if isinstance(k.value, ast.Constant) and k.value.value is False] == []


@of_every(FILES)
def test_database_work_of_sockets_never_waits_in_one_thread(path: Path) -> None:
    for call in calls(path, "database_sync_to_async", "sync_to_async"):
        given = {k.arg: ast.unparse(k.value) for k in call.keywords}
        assert given.get("thread_sensitive") == "False", f"{name(path)}:{call.lineno}"


@of_every([ROOT / place for place in THINKING])
def test_thinking_imports_no_framework(path: Path) -> None:
    found = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name) or ""
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {module for module in found if module.partition(".")[0] in FRAMEWORKS} == set()


@of_every(FILES)
def test_only_one_file_knows_the_model_makers_library(path: Path) -> None:
    found = [
        node.lineno
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "anthropic")
        or (isinstance(node, ast.Import) and any(a.name.partition(".")[0] == "anthropic" for a in node.names))
    ]
    assert not found or name(path) == "enterprisehub/engines/claude.py"


@of_every(FILES)
def test_names_say_what_a_thing_is(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ClassDef) and (vague := VAGUE.search(node.name)):
            given = [ast.unparse(base).partition("[")[0] for base in node.bases]
            assert any(base.endswith(vague[0]) for base in given), (
                f"{node.name}: only a framework's kind may be called so"
            )
    assert not VAGUE.search(path.stem)


@of_every(FILES + TESTS)
def test_nothing_is_left_for_later(path: Path) -> None:
    if path != Path(__file__):
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", path.read_text("utf-8"))


@of_every(TESTS)
def test_no_test_replaces_a_module_of_ours_by_a_mock(path: Path) -> None:
    if path != Path(__file__):
        assert mentions(path, "Mock", "MagicMock", "AsyncMock", "patch_object") == []
