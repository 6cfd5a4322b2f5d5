"""What the addresses of this dialect take: the table of seed 0, and the filters of its public docs."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool
from pydantic_core import PydanticCustomError

from studio.api.bodies import Prompt, Sent, Text, Whole
from studio.catalog.fields import MAX_SEED

Ratio = Literal["1:1", "16:9", "9:16", "4:3", "3:4"]
SIZE = r"^[0-9]{2,5}x[0-9]{2,5}$"


def _pixels(text: str) -> str:
    if not re.fullmatch(SIZE, text):
        raise PydanticCustomError("image_size", 'write width and height in pixels as "1280x720"')
    return text


def _said(text: str) -> str:
    """An empty address is a client's mistake: a new picture, paid for, is not what it meant."""
    if not text.strip():
        raise PydanticCustomError(
            "image_empty", "it is empty; send an address, or leave it out for a new picture"
        )
    return text


Pixels = Annotated[Text, AfterValidator(_pixels), Field(json_schema_extra={"pattern": SIZE})]
Source = Annotated[Text, AfterValidator(_said), Field(json_schema_extra={"minLength": 1})]


class Generation(Sent):
    """One picture, made, edited or enlarged. There is no ``n``: a call makes one."""

    model: Annotated[Prompt, Field(description="Model key: see GET /v1/models.")]
    prompt: Annotated[Prompt, Field(description="Text description of the image to generate.")]
    negative_prompt: Annotated[Text | None, Field(description="Elements to exclude from the image.")] = None
    aspect_ratio: Annotated[
        Ratio | None, Field(description="The shape; 1:1 where nothing is said and nothing is edited.")
    ] = None
    image_size: Annotated[
        Pixels | None, Field(description='Width and height, "1280x720"; wins over aspect_ratio.')
    ] = None
    seed: Annotated[
        Whole | None, Field(ge=0, le=MAX_SEED, description="Fixed seed for reproducible outputs.")
    ] = None
    image: Annotated[
        Source | None, Field(description="URL of the source image for editing and upscaling.")
    ] = None
    confirm: Annotated[
        StrictBool | None, Field(description="false: say what it would cost, and do nothing.")
    ] = None


class ModelsQuery(Sent):
    """Which models are listed; all where nothing is said."""

    modality: Literal["image"] | None = None
    type: Literal["t2i", "i2i", "edit", "upscale"] | None = None
    tier: Literal["budget", "standard", "premium"] | None = None
    provider: Text | None = None
