"""What the two calls take: the tables of seed 2. ``null`` means the default, and every other name is refused.

Which field is for which maker stands in ``families``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from studio.api.bodies import Prompt, Sent, Text, Whole
from studio.catalog.fields import MAX_SEED

MAKES, EDITS = "flux-2-pro", "qwen-image-edit"
"""The models that are meant where none is named."""
LEAST_SIDE, MOST_SIDE, MOST_IMAGES = 256, 2048, 4
SIDES = ("width", "height")


def _without_fraction(sent: Any) -> Any:
    """JSON has one sort of number: 512.0 is 512."""
    return int(sent) if isinstance(sent, float) and sent.is_integer() else sent


Number = Annotated[Whole, BeforeValidator(_without_fraction)]
Side = Annotated[Number, Field(ge=LEAST_SIDE, le=MOST_SIDE)]
Seed = Annotated[Number, Field(ge=0, le=MAX_SEED)]


class Generation(Sent):
    """Pictures from a prompt."""

    prompt: Annotated[Prompt, Field(description="Image description.")]
    model: Annotated[Text | None, Field(description=f"Model id. By default {MAKES}.")] = None
    width: Annotated[
        Side | None, Field(description="Width in pixels (Flux, fal.ai). With height alone, 1024.")
    ] = None
    height: Annotated[
        Side | None, Field(description="Height in pixels (Flux, fal.ai). With width alone, 1024.")
    ] = None
    aspect_ratio: Annotated[
        Literal["1:1", "3:4", "4:3", "9:16", "16:9"] | None,
        Field(description="The shape (Google Imagen, fal.ai). With width and height, it is theirs."),
    ] = None
    num_images: Annotated[
        Annotated[Number, Field(ge=1, le=MOST_IMAGES)] | None,
        Field(description="How many pictures (Google Imagen). By default 1."),
    ] = None
    image_size: Annotated[
        Literal["1K", "2K"] | None, Field(description="The resolution (Google Imagen). By default 1K.")
    ] = None
    seed: Annotated[Seed | None, Field(description="Reproducibility seed (Flux).")] = None


class Edit(Sent):
    """One picture, changed by a prompt."""

    prompt: Annotated[Prompt, Field(description="Edit instruction.")]
    image_url: Annotated[
        Prompt,
        Field(
            repr=False,
            description="The source: an address, of this server or any other, or a data: URI.",
        ),
    ]
    model: Annotated[Text | None, Field(description=f"Model id. By default {EDITS}.")] = None
    seed: Annotated[Seed | None, Field(description="Reproducibility seed (Flux Kontext).")] = None
