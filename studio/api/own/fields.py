"""What the addresses about runs take: settings by the names of the studio's own form.

Which of them a model has, and with which values, ``GET /api/models`` says; what a model does not have is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from studio.api.bodies import Prompt, Sent, Text, Whole
from studio.catalog import automatic
from studio.catalog.fields import MAX_COMPRESSION, MAX_SEED
from studio.core.micros import MAX_MICROS
from studio.gallery.services import MOST_STARS
from studio.jobs.listing import RunState
from studio.jobs.projects import NAME_LENGTH

MOST_MODELS, MOST_REFERENCES, MOST_EXTRA = 8, 16, 32
MOST_SECONDS = 60
"""How long a request waits at most: proxies end one that is silent for 100 s."""
PAGE, MOST_ROWS = 50, 100

Role = Literal["subject", "style", "palette", "layout", "pose", "source"]
PictureKind = Literal["created", "edited", "upload"]
Value = Text | StrictBool | StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)]


def _moment(when: datetime) -> datetime:
    """An aware moment, of a year that an id's 48 bits of milliseconds have a place for."""
    if not 1971 <= when.year < 9000:
        raise PydanticCustomError("moment_year", "its year is not between 1971 and 8999")
    return when if when.tzinfo else when.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_moment)]
"""``2026-11-30T12:00:00Z``; one without a zone is in UTC."""


class Paged(Sent):
    """A page of a list."""

    limit: Annotated[Whole, Field(ge=1, le=MOST_ROWS, description="The most rows of this page.")] = PAGE
    cursor: Annotated[
        Text | None, Field(description="next_cursor of the page before. Without it, the first page.")
    ] = None


class Medium(Sent):
    """A picture that is sent along. A text in its place is its ``image``."""

    image: Prompt = Field(
        description="The id of a picture that is here (img_…), the url of a result, any other address, or a data: URI.",
        repr=False,
    )

    @model_validator(mode="before")
    @classmethod
    def _written_out(cls, sent: Any) -> Any:
        return {"image": sent} if isinstance(sent, str) else sent


class Reference(Medium):
    """A picture to go by, or to edit."""

    role: Annotated[Role, Field(description="What it is for; source is the picture that is edited.")] = (
        "subject"
    )


class Settings(Sent):
    """How the pictures shall be. What is not said is as the model opens with."""

    n: Annotated[Whole, Field(ge=1, le=100, description="Pictures of each model.")] = 1
    size: Annotated[Text, Field(description="Width and height in pixels: 1024x768.")] = ""
    aspect_ratio: Annotated[
        Text, Field(description="A shape: 16:9. A model that is told pixels makes its size of that shape.")
    ] = ""
    resolution: Annotated[Text, Field(description="1K, 2K …, for models that have several.")] = ""
    preset: Annotated[Text, Field(description="A size by its name, for models that have names.")] = ""
    quality: Annotated[Text, Field(description="low, medium, high …, for models that have levels.")] = ""
    seed: Annotated[
        Whole | None, Field(ge=0, le=MAX_SEED, description="The same seed, the same picture.")
    ] = None
    output_format: Annotated[Text, Field(description="png, jpeg, webp …")] = ""
    output_compression: Annotated[
        Whole | None, Field(ge=0, le=MAX_COMPRESSION, description="Of JPEG and WebP, in percent.")
    ] = None
    background: Annotated[Text, Field(description="opaque or transparent.")] = ""
    style: Annotated[Text, Field(description="vivid, natural …, for models that have styles.")] = ""
    moderation: Annotated[Text, Field(description="auto or low.")] = ""
    strength: Annotated[
        float | None, Field(ge=0, le=1, description="How far an edit goes from its source.")
    ] = None
    negative_prompt: Annotated[Text, Field(description="What shall not be in the picture.")] = ""
    budget: Annotated[Text, Field(description="The most credits that auto may choose to spend.")] = ""


class Ask(Settings):
    """A prompt, for one model or several: each makes its own pictures of it."""

    prompt: Annotated[Prompt, Field(description="What to paint. How long it may be depends on the model.")]
    model: Annotated[
        Text | None, Field(description=f"A model's id or name; {automatic.ID}, if none is named, picks one.")
    ] = None
    models: Annotated[
        list[Text] | None,
        Field(min_length=1, max_length=MOST_MODELS, description="Several models, in the place of one."),
    ] = None
    extra: Annotated[
        dict[Text, Value], Field(max_length=MOST_EXTRA, description="Settings that the model alone has.")
    ] = Field(default_factory=dict)
    references: Annotated[
        list[Reference], Field(max_length=MOST_REFERENCES, description="Pictures to go by, in order.")
    ] = Field(default_factory=list)
    mask: Annotated[
        Medium | None,
        Field(description="Of the size of the source; where it is fully transparent is repainted."),
    ] = None
    project: Annotated[
        Text | None,
        Field(
            max_length=NAME_LENGTH,
            description="The project's id (prj_…), or its name in the key's workspace, where it is made if there is "
            "none. Without it, the project that bears the key's name.",
        ),
    ] = None

    @field_validator("models")
    @classmethod
    def _one_way_to_name_models(cls, sent: list[str] | None, others: ValidationInfo) -> list[str] | None:
        if sent and others.data.get("model"):
            raise PydanticCustomError("one_of_two", "send model or models, not both")
        if sent and len(set(sent)) < len(sent):
            raise PydanticCustomError("named_twice", "a model is named twice")
        return sent


class NewRun(Ask):
    """A run: an ask that is worked on."""

    collection: Annotated[
        Text | None,
        Field(
            description="The id of a collection of the project's workspace (col_…) that its pictures go into."
        ),
    ] = None

    wait: Annotated[
        Whole,
        Field(
            ge=0,
            le=MOST_SECONDS,
            description="Seconds to wait for the end: 200 with the run if it came, else 202; 202 at once where too "
            "many requests of the key's owner wait.",
        ),
    ] = 0
    max_micros: Annotated[
        Whole | None,
        Field(
            ge=0,
            le=MAX_MICROS,
            description="The most it may cost: where it costs more, nothing is run (409).",
        ),
    ] = None


class Again(Sent):
    """Which pictures once more; all that one job misses where nothing is said."""

    job: Annotated[
        Text | None, Field(description="The job's id (job_…), where several jobs miss pictures.")
    ] = None
    model: Annotated[Text, Field(description="Another model than the job's own, by its id.")] = ""
    max_micros: Annotated[Whole | None, Field(ge=0, le=MAX_MICROS)] = None


class RunsQuery(Paged):
    """Which runs: those of the key's workspace, or of the project."""

    project: Annotated[Text | None, Field(description="A project's id (prj_…).")] = None
    state: RunState | None = None
    model: Annotated[Text, Field(description="The id of a model that has a job in it.")] = ""
    mine: Annotated[bool, Field(description="In a team, only those of the key's owner.")] = False
    since: Annotated[Moment | None, Field(description="Only those that were made from then on.")] = None


class PicturesQuery(Paged):
    """Which pictures: those of the key's workspace, or of that of the project or collection."""

    q: Annotated[Text, Field(max_length=200, description="Words of the prompt, the text or the name.")] = ""
    model: Annotated[Text, Field(description="The id of the model that made them.")] = ""
    project: Annotated[Text | None, Field(description="A project's id (prj_…).")] = None
    collection: Annotated[Text | None, Field(description="A collection's id (col_…).")] = None
    favourite: Annotated[bool, Field(description="Only the owner's favourites.")] = False
    rating: Annotated[
        Whole, Field(ge=0, le=MOST_STARS, description="The least stars that the owner gave.")
    ] = 0
    kind: Annotated[
        PictureKind | None,
        Field(description="Without it, all that were made, and in the bin uploads too."),
    ] = None
    since: Annotated[Moment | None, Field(description="The first moment that counts.")] = None
    until: Annotated[Moment | None, Field(description="The first moment that does not.")] = None
    mine: Annotated[bool, Field(description="In a team, only those of the key's owner.")] = False
    bin: Annotated[bool, Field(description="Those in the bin, and no others.")] = False


class Upload(Medium):
    """A picture to keep."""

    kind: Annotated[
        Literal["upload", "mask"], Field(description="A mask has a transparent part, which is repainted.")
    ] = "upload"


class UploadForm(Sent):
    """A form's texts beside its file."""

    kind: Literal["upload", "mask"] = "upload"


class NewProject(Sent):
    """A project of the key's workspace."""

    name: Annotated[Prompt, Field(max_length=NAME_LENGTH)]


class EntriesQuery(Paged):
    """Which entries of the statement."""

    since: Annotated[Moment | None, Field(description="The first moment that counts.")] = None
    until: Annotated[Moment | None, Field(description="The first moment that does not.")] = None
