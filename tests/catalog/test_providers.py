from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from pytest_django import Settings

from providers import registry
from providers.base import Config, Facts, Health, Synchronous
from studio.catalog import providers


class Easel(Synchronous):
    facts = Facts()
    made = 0
    together: threading.Barrier | None = None

    def __init__(self, config: Config) -> None:
        Easel.made += 1
        self.config = config
        if self.together is not None:
            with suppress(threading.BrokenBarrierError):
                self.together.wait()

    def check(self) -> Health:
        return Health(ok=True)


@pytest.fixture(autouse=True)
def easel(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(Easel, "made", 0)
    monkeypatch.setattr(providers, "_ready", {})
    monkeypatch.setitem(registry.ADAPTERS, "easel-works", f"{__name__}:Easel")
    settings.PROVIDER_KEYS = {"easel_works": "secret-key"}
    settings.PROVIDER_URLS = {"easel_works": "http://127.0.0.1:1"}
    settings.PROVIDER_HOSTS_ALLOWED = ["files.local:9000"]


def test_an_adapter_is_set_up_from_the_environment() -> None:
    adapter = providers.adapter("easel-works")
    assert isinstance(adapter, Easel)
    assert adapter.config == Config("secret-key", "http://127.0.0.1:1", hosts=("files.local:9000",))


def test_threads_share_one_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever sets an adapter up gives a second one time to be set up beside it.
    monkeypatch.setattr(Easel, "together", threading.Barrier(2, timeout=0.3))
    with ThreadPoolExecutor(8) as threads:
        found = {id(adapter) for adapter in threads.map(providers.adapter, ["easel-works"] * 64)}
    assert len(found) == 1
    assert Easel.made == 1


def test_another_key_gives_another_adapter(settings: Settings) -> None:
    before = providers.adapter("easel-works")
    settings.PROVIDER_KEYS = {"easel_works": "other"}
    assert providers.adapter("easel-works") is not before


def test_a_provider_without_an_adapter_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        providers.adapter("nobody")


def test_a_provider_is_configured_by_a_key_or_by_needing_none(settings: Settings) -> None:
    assert providers.is_configured("easel-works")
    settings.PROVIDER_KEYS = {}
    assert not providers.is_configured("easel-works")
    assert providers.is_configured("gesso")
    assert not providers.is_configured("nobody")


def test_a_key_is_never_shown() -> None:
    assert "secret-key" not in repr(providers.config_of("easel-works"))


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (Facts(), ("PROVIDER_EASEL_WORKS_KEY",)),
        (Facts(needs_key=False, needs_url=True), ("PROVIDER_EASEL_WORKS_URL",)),
        (Facts(needs_url=True), ("PROVIDER_EASEL_WORKS_KEY", "PROVIDER_EASEL_WORKS_URL")),
        (Facts(needs_key=False), ()),
    ],
)
def test_what_is_missing_is_named_as_it_must_be_set(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, facts: Facts, missing: tuple[str, ...]
) -> None:
    monkeypatch.setattr(Easel, "facts", facts)
    assert providers.missing("easel-works") == ()
    settings.PROVIDER_KEYS = settings.PROVIDER_URLS = {}
    assert providers.missing("easel-works") == missing


def test_what_is_missing_is_known_without_setting_an_adapter_up(settings: Settings) -> None:
    settings.PROVIDER_URLS = {"openai_compatible": "no address at all"}
    assert providers.is_configured("openai_compatible")
    assert providers.missing("nobody") == ("PROVIDER_NOBODY_KEY",)
