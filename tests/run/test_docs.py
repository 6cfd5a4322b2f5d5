"""What the documents name exists, and every setting that is read is documented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from scripts.studio import ROOT
from studio.api import quotes, routes
from studio.api.snippets import VARIABLE

DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "THIRD-PARTY.md",
    "docs/tour.md",
    "docs/api.md",
]
CODE = re.compile(r"`([^`\n]+)`")
# Made by the studio or given by hand, so not in the repository.
NOT_FILES = {"providers.env"}


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def is_path(words: str) -> bool:
    return bool(re.fullmatch(r"[\w./-]+", words)) and (
        "/" in words or words.endswith((".yml", ".md", ".toml"))
    )


def is_address(words: str) -> bool:
    """Whether this is an address of the site, as ``/style/`` or ``/v1/models``."""
    try:
        resolve(words)
    except Resolver404:
        return False
    return words.startswith("/")


def defined_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def named_functions(text: str) -> Iterator[tuple[str, set[str]]]:
    """Each `name()` with the Python files that its paragraph names."""
    for paragraph in text.split("\n\n"):
        words = CODE.findall(paragraph.replace("\n", " "))
        modules = {word for word in words if word.endswith(".py")}
        yield from ((word, modules) for word in words if word.endswith("()"))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_named_exists(document: str) -> None:
    paths = {word for word in CODE.findall(text_of(document)) if is_path(word)} - NOT_FILES
    here = {path for path in paths if not is_address(path) and "venv" not in path}
    assert not [path for path in here if not (ROOT / path).exists()]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text_of(document))
    here = (ROOT / document).parent
    assert not [link for link in links if not link.startswith("http") and not (here / link).exists()]


@pytest.mark.parametrize("document", ["docs/tour.md", "CONTRIBUTING.md"])
def test_every_function_that_is_named_is_defined_where_it_says(document: str) -> None:
    named = list(named_functions(text_of(document)))
    assert named
    for name, modules in named:
        assert any(name.removesuffix("()") in defined_in(ROOT / module) for module in modules), name


def test_every_setting_that_is_read_is_documented_and_no_other() -> None:
    source = text_of("studio/settings.py")
    read = set(re.findall(r"env_(?:text|number|choice|list)\(\"(\w+)\"", source))
    read |= {
        pattern.replace("(.+)", "<NAME>") for pattern in re.findall(r"env_by_pattern\(r\"([^\"]+)\"", source)
    }
    table = text_of("README.md").split("## Configuration")[1].split("###")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in CODE.findall(row)} == read


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = {name for document in DOCUMENTS for name in re.findall(r"\bmake ([a-z-]+)`", text_of(document))}
    assert named
    assert named <= targets


def test_the_guide_to_the_api_names_every_dialect_where_it_is_served() -> None:
    text = text_of("docs/api.md")
    rows = re.findall(r"^\| (\S+) \| `http://127.0.0.1:8000(\S+)` \| `(\S+)` \|$", text, re.MULTILINE)
    assert [(label, base) for label, base, _shown in rows] == [
        (dialect.label, f"/{dialect.base}") for dialect, _endpoints in routes.SPOKEN
    ]
    served = {f"/{dialect.base}/{each.path}" for dialect, endpoints in routes.SPOKEN for each in endpoints}
    assert {shown for _label, _base, shown in rows} <= served
    assert f"`{quotes.HEADER}: 1`" in text
    assert f"${VARIABLE}" in text


def test_the_tour_passes_the_files_that_matter() -> None:
    stops = (
        "studio/urls.py", "studio/jobs/services.py", "studio/jobs/execution.py", "studio/credits/services.py",
        "studio/catalog/pricing.py", "providers/adapters/", "providers/http/", "templates/", "tests/",
    )  # fmt: skip
    assert not [stop for stop in stops if f"`{stop}" not in text_of("docs/tour.md")]


def test_the_tests_application_pins_are_the_applications_own() -> None:
    pins = {
        name: set(re.findall(r"^[\w-]+==\S+", text_of(f"requirements/{name}.txt"), re.MULTILINE))
        for name in ("app", "dev")
    }
    assert pins["app"] <= pins["dev"]
