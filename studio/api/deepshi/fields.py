"""What the addresses of this dialect take and answer (seed 4; ``null`` means the default)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema

from studio.api.bodies import Prompt, Said, Text, Whole
from studio.api.deepshi.fitting import MOST

NUMBER = Annotated[Whole, Field(ge=1, le=MOST)]
SIDE = Annotated[Whole, Field(ge=1, le=65_536)]


class Kept(BaseModel):
    """A body whose other fields go to a model that has a setting of the name, and are ignored by every other."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)


class Generation(Kept):
    """A prompt, and how the pictures shall be. What a model takes of it says ``GET /v1/models``."""

    model: Annotated[Said, Field(description="The model's id, or one of its `names`.")]
    prompt: Annotated[
        Prompt,
        Field(description="What to generate. Over the model's `prompt_max_length`: `PROMPT_TOO_LONG`."),
    ]
    n: Annotated[
        NUMBER | None, Field(description="Number of images. Defaults to 1; some models make only 1.")
    ] = None
    response_format: Annotated[
        Literal["b64_json", "url"] | None,
        Field(description="`b64_json` (default), or `url`: an inline `data:` URI."),
    ] = None
    output_format: Annotated[
        Literal["png", "jpeg", "webp"] | None, Field(description="Per model; some make only png or jpeg.")
    ] = None
    quality: Annotated[
        Text | None,
        Field(description="`low`, `medium` or `high`, for the models that have levels of quality."),
    ] = None
    seed: Annotated[Whole | None, Field(description="For reproducible output. Omit for a random seed.")] = (
        None
    )
    stream: Annotated[
        StrictBool | None, Field(description="The result as Server-Sent Events, at the same price.")
    ] = None
    partial_images: Annotated[
        Annotated[Whole, Field(ge=0, le=3)] | None,
        Field(description="Previews of each image in a stream, for the models that send any. Defaults to 0."),
    ] = None
    width: Annotated[SIDE | None, Field(description="In pixels, for models sized by pixels.")] = None
    height: Annotated[SIDE | None, Field(description="In pixels, for models sized by pixels.")] = None
    aspect_ratio: Annotated[
        Text | None,
        Field(description="Such as `16:9`, for models sized by shape, or by shape and resolution."),
    ] = None
    resolution: Annotated[Text | None, Field(description="`1K`, `2K` or `4K`, beside `aspect_ratio`.")] = None
    image_size: Annotated[
        Text | None, Field(description="Such as `auto_2K` or `1024x1024`, for models whose sizes have names.")
    ] = None
    user: Annotated[Text | None, Field(description="Your own user's name; only a hash of it is kept.")] = None


class EditForm(Generation):
    """An edit as a form; the pictures are its parts ``image[]`` or ``image``, and ``mask``."""


class Edit(Generation):
    """An edit as JSON: each picture is an address, a ``data:`` URI, or the id of a picture that is here."""

    image: Annotated[
        list[Text],
        BeforeValidator(lambda sent: [sent] if isinstance(sent, str) else sent),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
        Field(description="1 to 14 pictures, by the model; the first is the one edited."),
    ]
    mask: Annotated[
        Text | None,
        Field(description="A PNG of the first picture's size; what is transparent is repainted."),
    ] = None


class Picture(BaseModel):
    """One picture of the answer, in ``b64_json`` or in ``url``."""

    index: int = Field(description="Its position in the batch, from 0.")
    b64_json: str | None = None
    url: str | None = Field(None, description="An inline `data:` URI.")
    revised_prompt: str | None = None


class Cost(BaseModel):
    """What the request cost."""

    total_cost: float = Field(description="The exact amount in US dollars that was charged, to six decimals.")


class Usage(BaseModel):
    """Tokens as the vendor told them, 0 where it tells none."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cost: Cost


class Pictures(BaseModel):
    """What a request is answered with."""

    created: int = Field(description="Seconds since 1970.")
    model: str = Field(description="The model that ran.")
    size: str = Field(description="The actual output dimensions, as `WIDTHxHEIGHT`.")
    data: list[Picture]
    usage: Usage


class Setting(BaseModel):
    """One parameter of a model; of its limits those are told that it has."""

    type: Literal["string", "integer", "number", "boolean"]
    allowed: list[str | int | float | bool] | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    max_length: int | None = None
    pattern: str | None = None
    default: str | int | float | bool | None = None


class Editing(BaseModel):
    """Whether a model edits pictures, how many it takes, and whether it takes a mask."""

    supported: bool
    max_images: int
    mask: bool


class Model(BaseModel):
    """A model that this key can use, and what it takes."""

    id: str
    object: Literal["model"]
    owned_by: str
    names: list[str] = Field(description="What else the model may be called in a request.")
    input_modalities: list[str]
    output_modalities: list[str]
    prompt_max_length: int = Field(description="In characters.")
    sizing: Literal["pixels", "resolution", "aspect_ratio", "preset"] | None
    parameters: dict[str, Setting]
    edit: Editing


class Models(BaseModel):
    """The models that this key can use now, in the order of the picker."""

    object: Literal["list"]
    data: list[Model]
