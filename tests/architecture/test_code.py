"""What the shape of the code promises."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, calls, code, files, parsed, place

DOORS = ("studio/web", "studio/api")
QUERY_WRITES = {
    "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "acreate", "aupdate", "adelete", "select_for_update",
}  # fmt: skip
UNFINISHED = (("TO", "DO"), ("FIX", "ME"), ("X", "XX"))
"""In two parts, so that this file does not find itself."""
ROW_WRITES = {"save", "delete", "asave", "adelete"}


def is_query(text: str) -> bool:
    return ".objects" in text or "QuerySet" in text


def test_imports_only_go_down_and_no_contract_looks_away() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert not [contract["name"] for contract in contracts if "ignore_imports" in contract]


def test_the_contract_of_the_rooms_that_call_no_vendor_names_every_part_of_providers() -> None:
    """All but the one that ``core.safe_fetch`` may use, which has a contract of its own."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    named = next(set(each["forbidden_modules"]) for each in contracts if "call providers" in each["name"])
    parts = {path.relative_to(ROOT / "providers").parts[0].removesuffix(".py") for path in code("providers")}
    assert named == {f"providers.{part}" for part in parts - {"__init__", "http"}}


def test_the_doors_write_no_rows() -> None:
    found = [
        f"{place(path, call.lineno)} {on}.{name}"
        for path in code(*DOORS)
        for call, on, name in calls(path)
        if (name in QUERY_WRITES and is_query(on))
        or (name in ROW_WRITES and not on.endswith("session") and not is_module(path, on))
    ]
    assert not found


def is_module(path: Path, name: str) -> bool:
    """Whether ``name`` was imported: then it is a room's function that is called, and not a row's."""
    imports = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Import | ast.ImportFrom))
    return name in {alias.asname or alias.name for node in imports for alias in node.names}


def test_the_doors_get_rows_through_their_access_module_alone() -> None:
    found = [
        f"{place(path, call.lineno)} {on}.{name}"
        for path in code(*DOORS)
        for call, on, name in calls(path)
        if path.name != "access.py" and (is_query(on) or on.startswith("OwnedQuerySet("))
    ]
    shortcuts = [place(path) for path in code(*DOORS) if "_or_404" in path.read_text()]
    assert not found + shortcuts


def test_nothing_marks_its_own_text_as_safe() -> None:
    words = re.compile(r"\bmark_safe\b|\bSafeString\b|\bSafeText\b|__html__")
    assert not [place(path) for path in code("studio") if words.search(path.read_text())]


@pytest.mark.parametrize(
    ("folder", "limit"), [("studio", 320), ("providers", 320), ("scripts", 320), ("tests", 500)]
)
def test_no_module_outgrows_a_readers_patience(folder: str, limit: int) -> None:
    sizes = {place(path): len(path.read_text().splitlines()) for path in code(folder)}
    assert not {name: size for name, size in sizes.items() if size > limit}


def test_no_function_outgrows_a_screen() -> None:
    found = [
        f"{place(path, node.lineno)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in code("studio", "providers")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno >= 60
    ]
    assert not found


def test_no_error_is_swallowed_whole() -> None:
    """``except Exception`` either raises again or says what it caught."""
    found = [
        place(path, node.lineno)
        for path in code("studio", "providers")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and not any(
            isinstance(inner, ast.Raise) or (isinstance(inner, ast.Name) and inner.id == node.name)
            for inner in ast.walk(node)
        )
    ]
    assert not found


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(" + "|".join(first + last for first, last in UNFINISHED) + r")\b")
    pages = [*files("*.html", "templates"), *files("*.js", "static/js")]
    sources = [*code("studio", "providers", "tests", "scripts"), *pages]
    assert not [place(path) for path in sources if words.search(path.read_text())]
