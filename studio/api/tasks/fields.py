"""What the addresses of this dialect take (seed 1's tables). Names, words and limits are the seed's; defaults are
guesses [?], but for those that the seed's own text leaves no choice about; ``null`` means the default."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from studio.api.bodies import Prompt, Said, Sent, Text, Whole
from studio.catalog import asking
from studio.catalog.entries import AUTO

MAX_N, MAX_EXTRA = 4, 15

Kind = Literal["url", "artifact", "data_uri"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Quality = Literal["standard", "hd"]
Ratio = Literal["auto", "1:1", "16:9", "9:16", "4:3", "3:4", "2:1"]


class Media(Sent):
    """A picture, in one of three ways; a text in its place is an artifact's id, an address or a data URI."""

    type: Kind | None = Field(
        None, description="Which of the other fields says it; may be left out where only that one is sent."
    )
    url: Text | None = Field(None, description="An address that begins with https://.", repr=False)
    artifact_id: Text | None = Field(None, description="A result, or what POST /v1/uploads answered: art_…")
    data: Text | None = Field(None, description="data:image/png;base64,…", repr=False)
    data_uri: Text | None = Field(None, description="The same by the name of its kind.", repr=False)

    @model_validator(mode="before")
    @classmethod
    def _written_out(cls, sent: Any) -> Any:
        if not isinstance(sent, str):
            return sent
        if sent.startswith(("art_", "img_")):
            return {"type": "artifact", "artifact_id": sent}
        inline = sent[:5].lower() == "data:"
        return {"type": "data_uri", "data": sent} if inline else {"type": "url", "url": sent}

    @property
    def ways(self) -> dict[Kind, str]:
        """What is said, by its kind."""
        said = {"url": self.url, "artifact": self.artifact_id, "data_uri": self.data or self.data_uri}
        return {kind: text for kind in KINDS if (text := said[kind])}


class TextToImage(Sent):
    """A prompt, and how the pictures shall be. The wallet is debited for all of them at once."""

    prompt: Prompt = Field(description="What to paint. How long it may be depends on the model.")
    model: Said | None = Field(
        None,
        description="auto picks the best model that can do it; or a model's id. By default auto.",
    )
    quality: Quality | None = Field(
        None,
        description="standard is the model's own default; hd its highest quality, or its largest resolution where "
        "its quality goes no higher. A model that has neither refuses hd. By default standard.",
    )
    aspect_ratio: Ratio | None = Field(
        None,
        description="auto leaves it to the model, at standard quality alone. Without it the model's own default.",
    )
    n: Annotated[Whole, Field(ge=1, le=MAX_N)] | None = Field(
        None, description="How many pictures. By default 1."
    )

    @field_validator("aspect_ratio")
    @classmethod
    def _auto_only_at_standard(cls, ratio: str | None, known: ValidationInfo) -> str | None:
        if ratio == AUTO and known.data.get("quality") == asking.HD:
            raise PydanticCustomError("auto_needs_standard", "auto goes with the quality standard alone")
        return ratio


class ImageToImage(TextToImage):
    """The same with pictures to work from: one, and up to fifteen more."""

    image: Media = Field(description="The picture to work on.")
    extra_images: Annotated[list[Media], Field(max_length=MAX_EXTRA)] | None = Field(
        None, description="More pictures to go by, in order."
    )


class Upload(Sent):
    """The parts of the form beside ``file``, the picture itself of at most 50 MB: none."""
