"""Which adapters there are. One line each; the class is imported on first use."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from providers.base import Config, Facts, Provider

ADAPTERS: dict[str, str] = {
    "gesso": "providers.painter.adapter:Painter",
    "openai": "providers.adapters.openai:OpenAI",
    "bfl": "providers.adapters.bfl:BFL",
    "replicate": "providers.adapters.replicate:Replicate",
    "fal": "providers.adapters.fal:Fal",
    "stability": "providers.adapters.stability:Stability",
    "async_tasks": "providers.adapters.async_tasks:AsyncTasks",
    "fairstack": "providers.adapters.fairstack:FairStack",
    "openai_compatible": "providers.adapters.openai:OpenAICompatible",
    "a1111": "providers.adapters.a1111:A1111",
    "deepshi": "providers.adapters.deepshi:Deepshi",
    "multi": "providers.adapters.multi:Multi",
    "google": "providers.adapters.google:Google",
    "xai": "providers.adapters.xai:XAI",
    "recraft": "providers.adapters.recraft:Recraft",
}


def load(name: str, config: Config) -> Provider:
    """The adapter called ``name``, ready to use. Raises KeyError for a name that is not registered."""
    provider: Provider = _adapter(name)(config)
    return provider


def facts(name: str) -> Facts:
    """What the vendor is like, which holds before it is set up. Raises KeyError for a name that is not registered."""
    known: Facts = _adapter(name).facts
    return known


def _adapter(name: str) -> Any:
    module, _, attribute = ADAPTERS[name].partition(":")
    return getattr(import_module(module), attribute)
