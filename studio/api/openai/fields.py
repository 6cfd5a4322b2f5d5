"""What the addresses of this dialect take (seed 3; ``null`` means the default)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from studio.api.bodies import Prompt, Sent, Text, Whole


class Generation(Sent):
    """A prompt, and how the pictures shall be. What a model takes of it says ``GET /v1/models``."""

    prompt: Prompt
    model: Text | None = None
    n: Annotated[Whole, Field(ge=1, le=10)] | None = None
    size: Text | None = None
    quality: Text | None = None
    style: Text | None = None
    response_format: Literal["url", "b64_json"] | None = None
    background: Text | None = None
    output_format: Text | None = None
    output_compression: Annotated[Whole, Field(ge=0, le=100)] | None = None
    moderation: Text | None = None
    user: Text | None = None
