"""What the addresses of this dialect take (seed 3): ``null`` means the default, and every other name is refused.

What a model takes of it, such as its sizes, is the catalogue's to say. What stands here holds for all of them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from studio.api.bodies import Prompt, Said, Sent, Text, Whole

PICTURES_MOST = 16

Instruction = Annotated[
    Prompt,
    Field(max_length=32_000, description="What the picture shows; some models take less of it."),
]


class Settings(Sent):
    """What generations and edits share."""

    prompt: Instruction
    model: Annotated[
        Said | None, Field(description="An id of GET /v1/models, or a name such as gpt-image-1.5.")
    ] = None
    n: Annotated[Whole | None, Field(ge=1, le=10, description="How many pictures. By default 1.")] = None
    size: Annotated[
        Said | None,
        Field(
            examples=["1024x1024", "1536x1024", "1024x1536", "auto"],
            description="Width and height in pixels. By default auto: the model's own choice.",
        ),
    ] = None
    quality: Annotated[
        Said | None,
        Field(
            examples=["low", "medium", "high", "hd", "standard", "auto"],
            description="By default auto: the model's own choice.",
        ),
    ] = None
    response_format: Annotated[
        Literal["url", "b64_json"] | None,
        Field(
            description="An address that is good for 60 minutes, or the picture in base 64. By default url for the "
            "dall-e models and b64_json for all others; the GPT image models take no such field."
        ),
    ] = None
    background: Annotated[
        Literal["transparent", "opaque", "auto"] | None,
        Field(description="Transparent goes with png and webp. By default auto."),
    ] = None
    output_format: Annotated[
        Said | None, Field(examples=["png", "jpeg", "webp"], description="By default the model's first, png.")
    ] = None
    output_compression: Annotated[
        Whole | None, Field(ge=0, le=100, description="In percent, for jpeg and webp. By default 100.")
    ] = None
    moderation: Annotated[Literal["low", "auto"] | None, Field(description="By default auto.")] = None
    partial_images: Annotated[
        Whole | None,
        Field(
            ge=0,
            le=3,
            description="How many looks at each picture a stream sends while it forms; fewer where it is done before. "
            "By default 0.",
        ),
    ] = None
    stream: Annotated[StrictBool | None, Field(description="Whether events are sent. By default false.")] = (
        None
    )
    user: Annotated[
        Text | None, Field(description="Your own user's name. Only a keyed hash of it is kept.")
    ] = None


class Generation(Settings):
    """A prompt, and how the pictures shall be."""

    style: Annotated[
        Said | None,
        Field(
            examples=["vivid", "natural"], description="For dall-e-3, by default vivid; other models differ."
        ),
    ] = None


class EditSettings(Settings):
    """A prompt and how the pictures shall be, for an edit."""

    input_fidelity: Annotated[
        Literal["low", "high"] | None,
        Field(
            description="How closely faces and details are kept. By default low; high goes with models that have "
            "such a setting here. The GPT image models have none: what high costs is not known before."
        ),
    ] = None


class Reference(Sent):
    """A picture that is somewhere already: one of the two is given."""

    image_url: Annotated[
        Text | None, Field(description="Its address, of this server or any other, or a data: URI.")
    ] = None
    file_id: Annotated[Text | None, Field(description="The artifact_id of a picture that is here: art_…")] = (
        None
    )


class Edit(EditSettings):
    """The body of an edit as JSON."""

    images: Annotated[list[Reference], Field(min_length=1, max_length=PICTURES_MOST)]
    mask: Annotated[
        Reference | None,
        Field(description="Of the first picture's size; where it is fully transparent is repainted."),
    ] = None


class EditForm(EditSettings):
    """The texts of an edit that comes as a form, whose files are ``image`` or several ``image[]``, and ``mask``."""
