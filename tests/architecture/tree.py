"""The repository as the tests of its shape see it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is, or is about to be, part of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    paths = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def files(pattern: str, *folders: str) -> list[Path]:
    """Tracked files under ``folders`` whose name matches."""
    roots = [ROOT / folder for folder in folders]
    return [p for p in tracked() if p.match(pattern) and any(p.is_relative_to(root) for root in roots)]


def code(*folders: str) -> list[Path]:
    """Python files that people write: no migrations."""
    return [path for path in files("*.py", *folders) if "migrations" not in path.parts]


def place(path: Path, line: int = 0) -> str:
    name = str(path.relative_to(ROOT))
    return f"{name}:{line}" if line else name


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> Iterator[tuple[ast.Call, str, str]]:
    """Each call of an attribute: the call, what it is called on, and the attribute's name."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, ast.unparse(node.func.value), node.func.attr
