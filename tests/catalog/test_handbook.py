"""docs/providers.md says what the code says."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from providers import registry
from studio.catalog import handbook, loader


def test_the_page_of_providers_is_that_of_the_code() -> None:
    """To write it anew: .venv/bin/python manage.py providers_doc"""
    written = (settings.BASE_DIR / "docs/providers.md").read_text(encoding="utf-8")
    assert written == handbook.text(), f"docs/providers.md is old. Run: .venv/bin/python {handbook.COMMAND}"


def test_it_has_every_vendor_with_its_variables_and_every_model() -> None:
    text = handbook.text()
    for name in registry.ADAPTERS:
        if registry.facts(name).needs_key:
            assert f"`PROVIDER_{name.upper()}_KEY`" in text
    assert all(f"| `{model}`<br>" in text for model in loader.catalog().entries)


def test_it_is_the_same_in_every_language() -> None:
    english = handbook.text()
    with translation.override("de"):
        assert handbook.text() == english
