"""What every file of the repository keeps to: templates, vendored files, and what is never named."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.architecture.tree import ROOT, files, place, tracked

TEMPLATES = files("*.html", "templates")
FORBIDDEN = {
    "turns escaping off": re.compile(r"\|\s*safe\b|\bautoescape\s+off|\|\s*safeseq\b"),
    "has a style of its own": re.compile(r"<style\b|\sstyle\s*="),
    "has a handler of its own": re.compile(r"\son[a-z]+\s*=|\bhx-on\b|javascript:|[\"']js:", re.IGNORECASE),
    "has a script without a nonce": re.compile(r"<script\b(?![^>]*\bnonce=)"),
    "loads from elsewhere": re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//"),
}
# In halves, so that this list itself names no host.
INDEXES = [
    "".join(halves)
    for halves in (
        ("py", "pi.org"), ("python", "hosted.org"), ("npm", "js.org"), ("npm", "js.com"), ("yarn", "pkg.com"),
        ("js", "delivr.net"), ("un", "pkg.com"), ("cdn", "js.cloudflare.com"), ("ana", "conda.org"),
        ("go", "lang.org"), ("ruby", "gems.org"), ("cra", "tes.io"),
    )
]  # fmt: skip


@pytest.mark.parametrize("fault", FORBIDDEN)
def test_no_template(fault: str) -> None:
    found = [
        f"{place(path, number)} {line.strip()[:80]}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if FORBIDDEN[fault].search(line)
    ]
    assert not found


def test_the_rules_for_templates_catch_what_they_are_for() -> None:
    bad = [
        "{{ prompt|safe }}", '<p style="color:red">', '<b onclick="go()">', "<script>go()</script>",
        '<img src="https://elsewhere.test/a.png">',
    ]  # fmt: skip
    assert [any(rule.search(line) for rule in FORBIDDEN.values()) for line in bad] == [True] * len(bad)


def vendored() -> dict[str, tuple[str, str]]:
    """The path under static/ of each vendored file with its licence file and the sha256 it was published with."""
    lines = (ROOT / "static/vendor/VENDOR").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {row[0]: (row[-2], row[-1]) for row in rows}


def test_vendored_files_are_as_they_were_published() -> None:
    for name, (licence, digest) in vendored().items():
        assert hashlib.sha256((ROOT / "static" / name).read_bytes()).hexdigest() == digest, name
        assert (ROOT / "static" / licence).is_file(), licence


def test_every_vendored_file_is_listed() -> None:
    there = {
        path.relative_to(ROOT / "static").as_posix() for path in files("*", "static/vendor", "static/fonts")
    }
    texts = {name for name in there if name.endswith((".LICENSE", "VENDOR"))}
    assert there - texts == {name for name in vendored() if name.startswith(("vendor/", "fonts/"))}


def test_no_file_names_the_host_of_a_package_index() -> None:
    hosts = re.compile("|".join(re.escape(host) for host in INDEXES).encode())
    assert not [place(path) for path in tracked() if hosts.search(path.read_bytes())]


def test_pictures_of_the_interface_are_small() -> None:
    heavy = [place(path) for path in files("*.webp", "static") if path.stat().st_size > 60_000]
    assert not heavy
