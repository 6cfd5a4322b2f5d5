"""Which fields go with which models (seed 3), and what is meant where no model is named.

The rules are for the names of this dialect's own vendor. Models of others take what the catalogue says.
"""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext as _

from studio.api.errors import Kind, Refused
from studio.api.openai.fields import EditSettings, Settings
from studio.catalog import loader

MAKER = "openai/"
DALLE = "dall-e-2"
GPT = "gpt-image-1.5"
"""What is meant where no model is named; the second where a field is used that only the GPT image models take."""

GPT_ONLY = (
    "background",
    "output_format",
    "output_compression",
    "moderation",
    "partial_images",
    "stream",
    "input_fidelity",
)
NOTHING = {"stream": False, "partial_images": 0}
"""Said so, a field is not used: many clients send it with every request."""


class Family(StrEnum):
    """Whose rules hold for a model."""

    GPT = "gpt"
    DALLE = "dall-e"
    OTHER = "other"


def family(name: str) -> Family:
    """Whose rules hold for the model of this name."""
    bare = name.removeprefix(MAKER)
    if not any(each.startswith(MAKER) for each in loader.catalog().names.get(bare, ())):
        return Family.OTHER
    return Family.DALLE if bare.startswith("dall-e") else Family.GPT


def model_of(body: Settings) -> str:
    """The model that the body names or means."""
    if body.model:
        return body.model
    # Of an edit's fields one alone is for the older model.
    is_edit = isinstance(body, EditSettings)
    return GPT if _used(body) or (is_edit and body.response_format is None) else DALLE


def check(body: Settings, name: str) -> None:
    """Raises Refused for a field that the model of this name does not take."""
    whose, used = family(name), _used(body)
    if whose is Family.GPT and body.response_format is not None:
        raise _unknown("response_format", name)
    if whose is Family.DALLE and used:
        raise _unknown(used[0], name)
    if whose is Family.GPT and getattr(body, "input_fidelity", None) == "high":
        # Each picture then takes more tokens, and no source says how many: what is charged could be above the hold.
        text = _("What high costs is not known before. Send low, or leave input_fidelity out.")
        raise Refused(Kind.BAD_VALUE, text, param="input_fidelity")
    if body.partial_images and not body.stream:
        text = _("partial_images goes with a stream: send stream as true, or leave it out.")
        raise Refused(Kind.BAD_VALUE, text, param="partial_images")


def wants_addresses(body: Settings, name: str) -> bool:
    """Whether the pictures are answered by address and not in base 64."""
    if body.response_format is None:
        return family(name) is Family.DALLE
    return body.response_format == "url"


def _used(body: Settings) -> list[str]:
    """The fields for GPT image models that say something."""
    said = {name: getattr(body, name, None) for name in GPT_ONLY}
    return [name for name, value in said.items() if value is not None and value != NOTHING.get(name)]


def _unknown(field: str, model: str) -> Refused:
    text = _("Unknown parameter: %(name)s. %(model)s does not take it.")
    return Refused(Kind.UNKNOWN_FIELD, text % {"name": field, "model": model}, param=field)
