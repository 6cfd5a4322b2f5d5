"""The adapters of this process, set up from the environment."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.utils.translation import gettext as _

from providers import registry
from providers.base import Config, Facts, Health, Listed, Lists, Provider
from providers.errors import ProviderError
from studio.core import db

_lock = threading.Lock()
_ready: dict[str, tuple[Config, Provider]] = {}


def adapter(name: str) -> Provider:
    """The one adapter of this name in this process, safe to share between threads.

    Raises KeyError for a name that has none. Other settings (in tests) give another adapter.
    """
    config = config_of(name)
    with _lock:
        known = _ready.get(name)
        if known is None or known[0] != config:
            known = _ready[name] = (config, registry.load(name, config))
        return known[1]


def config_of(name: str) -> Config:
    """The key and address that the environment gives to this provider; both may be empty."""
    variable = name.replace("-", "_")
    return Config(
        key=settings.PROVIDER_KEYS.get(variable, ""),
        url=settings.PROVIDER_URLS.get(variable, ""),
        hosts=tuple(settings.PROVIDER_HOSTS_ALLOWED),
    )


def is_configured(name: str) -> bool:
    """Whether the provider can be called: it has all that it needs."""
    return not missing(name)


def missing(name: str) -> tuple[str, ...]:
    """The environment variables that this provider needs and that are not set."""
    known = facts(name) if name in registry.ADAPTERS else Facts()
    config = config_of(name)
    lacking = {"KEY": known.needs_key and not config.key, "URL": known.needs_url and not config.url}
    return tuple(_variable(name, part) for part, lacks in lacking.items() if lacks)


def _variable(name: str, part: str) -> str:
    return f"PROVIDER_{name.replace('-', '_').upper()}_{part}"


def variables(name: str) -> tuple[str, ...]:
    """The environment variables that this provider cannot be called without."""
    known = facts(name)
    needed = {"KEY": known.needs_key, "URL": known.needs_url}
    return tuple(_variable(name, part) for part, needs in needed.items() if needs)


def address(name: str) -> str:
    """Where the provider is called, without whatever an address may carry beside its place; empty while nobody said."""
    parts = urlsplit(config_of(name).url or facts(name).address)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", "")) if host else ""


def check(name: str) -> Health:
    """Ask the provider whether it answers, in at most some twenty seconds; to be called outside any transaction."""
    if lacking := missing(name):
        return Health(ok=False, message=_("Add %(variables)s first.") % {"variables": ", ".join(lacking)})
    db.release()
    try:
        return adapter(name).check()
    except ProviderError as error:
        return Health(ok=False, message=error.message)


def listed(name: str) -> Sequence[Listed] | None:
    """The provider's own list of models; None where it has none. Outside any transaction. Raises ProviderError."""
    provider = adapter(name)
    if not isinstance(provider, Lists):
        return None
    db.release()
    return provider.models()


def facts(name: str) -> Facts:
    """What the provider is like, whether or not it is set up. Raises KeyError for a name that has no adapter."""
    return registry.facts(name)
