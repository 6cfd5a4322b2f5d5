"""What the addresses of this dialect answer, for its documents and to write the answers with."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field


class Tokens(BaseModel):
    """Tokens of text and of pictures."""

    text_tokens: int
    image_tokens: int


class Cost(BaseModel):
    """What was charged."""

    total_cost: Annotated[float, Field(description="US dollars; 0 where nothing was charged.")]


class Usage(BaseModel):
    """Tokens as the vendor told them, 0 where it tells none, and the cost."""

    total_tokens: int
    input_tokens: int
    output_tokens: int
    input_tokens_details: Tokens
    output_tokens_details: Tokens
    cost: Cost


class Picture(BaseModel):
    """One picture, by address or in base 64."""

    artifact_id: Annotated[str, Field(description="Its id, to be sent back as a file_id.")]
    revised_prompt: Annotated[str | None, Field(description="The prompt as the vendor read it.")] = None
    url: Annotated[str | None, Field(description="Good for 60 minutes, without a key.")] = None
    b64_json: str | None = None


class Input(BaseModel):
    """A picture that was sent along, as it is kept here."""

    artifact_id: str


class Looks(BaseModel):
    """How the pictures came out."""

    size: str
    quality: str
    background: str
    output_format: str


class Pictures(Looks):
    """The pictures of a request."""

    created: int
    model: Annotated[str, Field(description="The model that made them.")]
    usage: Usage
    inputs: list[Input] | None = None
    data: list[Picture]


class PartialImage(Looks):
    """An event of a stream: a look at a picture that is still forming, in base 64."""

    type: Annotated[str, Field(examples=["image_generation.partial_image", "image_edit.partial_image"])]
    partial_image_index: Annotated[int, Field(ge=0)]
    created_at: int
    b64_json: str


class CompletedImage(Looks):
    """An event of a stream: a picture that is done. Of several each has its share of the usage."""

    type: Annotated[str, Field(examples=["image_generation.completed", "image_edit.completed"])]
    created_at: int
    model: str
    artifact_id: str
    revised_prompt: str | None = None
    usage: Usage
    b64_json: str


class Model(BaseModel):
    """One model."""

    id: str
    object: str = "model"
    created: int
    owned_by: str
    shutdown_date: Annotated[str | None, Field(description="The day its vendor switches it off.")] = None


class Models(BaseModel):
    """The models that a key can use."""

    object: str = "list"
    data: list[Model]
