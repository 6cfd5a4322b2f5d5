"""Which adapters there are. One line each; the class is imported on first use."""

from __future__ import annotations

from importlib import import_module

from providers.base import Config, Provider

ADAPTERS: dict[str, str] = {
    "gesso": "providers.painter.adapter:Painter",
    "openai": "providers.adapters.openai:OpenAI",
    "bfl": "providers.adapters.bfl:BFL",
    "replicate": "providers.adapters.replicate:Replicate",
    "async_tasks": "providers.adapters.async_tasks:AsyncTasks",
    "fairstack": "providers.adapters.fairstack:FairStack",
    "deepshi": "providers.adapters.deepshi:Deepshi",
    "multi": "providers.adapters.multi:Multi",
    "google": "providers.adapters.google:Google",
}


def load(name: str, config: Config) -> Provider:
    """The adapter called ``name``, ready to use. Raises KeyError for a name that is not registered."""
    module, _, attribute = ADAPTERS[name].partition(":")
    provider: Provider = getattr(import_module(module), attribute)(config)
    return provider
