"""What the studio's own API answers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field

from studio.core.micros import CREDIT_MICROS
from studio.jobs.listing import RunState
from studio.jobs.models import Run as Runs
from studio.jobs.models import State

Word = Literal["string", "integer", "number", "boolean"]
Movement = Literal["hold", "charge", "release", "refund", "grant", "adjust", "expire"]


class Page[Row: BaseModel](BaseModel):
    """Some rows of a list, newest first."""

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """``RunPage``: a name as documents and the clients made of them have it."""
        return f"{params[0].__name__}Page"

    data: list[Row]
    next_cursor: str | None = Field(
        description="To be sent as cursor for the rows that follow; null at the end."
    )


class Amount(BaseModel):
    """An amount of money, exactly."""

    micros: int = Field(description="Millionths of a US dollar.")
    credits: str = Field(description="The same in credits, with four decimals.")


class Span(BaseModel):
    """What something may cost: at least, and at most."""

    low: Amount
    high: Amount


class Cost(Span):
    """What was quoted, what is held of it now, and what was charged."""

    held: Amount
    charged: Amount


class Thumb(BaseModel):
    """A picture as a run shows it."""

    id: str
    url: str | None = Field(
        description="Its file, for whoever has this address, as long as the picture is there; null in the bin."
    )
    width: int = Field(description="Pixels.")
    height: int = Field(description="Pixels.")
    seed: int | None


class Picture(Thumb):
    """A picture with all that is known of it."""

    kind: Literal["created", "edited", "upload", "mask"]
    format: str = Field(description="The media type of the file that is kept: image/png.")
    bytes: int = Field(description="The size of that file.")
    prompt: str
    revised_prompt: str = Field(description="The prompt as the vendor read it, where it says so.")
    name: str = Field(description="The file name of an upload.")
    alt: str = Field(description="What stands for it in words, where somebody wrote that.")
    model: str = Field(description="The id of the model that made it; empty for an upload.")
    model_label: str
    cost: Amount = Field(description="Its part of what its job was charged.")
    mine: bool = Field(description="Whether it is of the key's owner.")
    favourite: bool = Field(description="Whether it has the owner's heart.")
    rating: int = Field(description="The owner's stars, 0 for none.")
    run: str | None
    job: str | None
    project: str | None
    created_at: datetime
    binned_at: datetime | None = Field(description="When it went to the bin, where it is kept for 30 days.")


class Relative(BaseModel):
    """A picture that this one was made of, or that was made of it."""

    id: str | None = Field(description="null where it is not this key's to see.")
    operation: str = Field(description="edit, reference, upscale …")


class PictureWhole(Picture):
    """A picture with where it came from and what became of it."""

    parents: list[Relative]
    children: list[Relative]


class Used(BaseModel):
    """A picture that was sent along."""

    id: str | None = Field(description="null where it is not this key's to see.")
    role: str


class Failure(BaseModel):
    """Why a job has no pictures."""

    code: str
    message: str


class Job(BaseModel):
    """One model's part of a run."""

    id: str
    model: str = Field(description="The id of the model that runs.")
    model_label: str
    kind: str = Field(description="generate, edit, inpaint …")
    state: State
    n: int = Field(description="Pictures that were asked for.")
    seed: int | None = Field(description="As asked for, or as drawn for it; null where the model has none.")
    settings: dict[str, Any] = Field(description="What it was told, by the names of the request.")
    cost: Cost
    error: Failure | None
    pictures: list[Thumb]
    references: list[Used]
    retry_of: str | None = Field(
        description="The job whose missing pictures these are, or whose place it took."
    )
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Run(BaseModel):
    """One run: all that came of one request, or of one press of Generate."""

    id: str
    number: int = Field(description="Its number in the project.")
    project: str
    project_name: str
    state: RunState
    prompt: str
    origin: Runs.Origin = Field(description="Where it was asked for: studio or api.")
    mine: bool = Field(description="Whether it is of the key's owner.")
    parent: str | None = Field(description="The run that it continues.")
    cost: Cost = Field(description="Of all its jobs.")
    jobs: list[Job]
    created_at: datetime


class Setting(BaseModel):
    """One setting of a model, by the name that a run says it with."""

    name: str
    type: Word
    allowed: list[str | int | float] = Field(description="The values that it takes, if they are counted.")
    open: bool = Field(description="Whether others within the limits are taken too.")
    min: float | None
    max: float | None
    step: float | None
    max_length: int | None
    pattern: str | None
    default: str | int | float | bool | None = Field(description="null where the vendor decides.")
    goes_with: dict[str, list[str]] = Field(
        description="Values of others, without one of which it is refused."
    )


class Model(BaseModel):
    """A model that this key can use now."""

    id: str
    label: str
    vendor: str
    names: list[str] = Field(description="Names that mean it here now, beside its id.")
    tier: str
    kinds: list[str] = Field(description="generate, edit, inpaint, upscale …")
    price: Span | None = Field(
        description="Its cheapest and its dearest picture; null where its vendor is asked."
    )
    prompt_max_length: int = Field(description="Characters.")
    max_n: int
    max_references: int
    mask: bool = Field(description="Whether a mask says what is repainted.")
    settings: list[Setting]
    extra: list[Setting] = Field(description="Its own settings, which go into extra.")
    retires: date | None = Field(description="The day on which its vendor switches it off.")


class Entry(BaseModel):
    """One movement of the ledger, as the CSV has it."""

    time: datetime
    type: Movement
    job: str | None = Field(description="The job that it is for.")
    label: str = Field(description="What the job was.")
    detail: str = Field(description="Why, where somebody or something said so.")
    actor: str = Field(description="Who moved it by hand.")
    available: Amount = Field(description="What it did to what can be spent.")
    held: Amount = Field(description="What it did to what is held for jobs.")
    balance: Amount = Field(description="What could be spent after it.")
    key: str = Field(description="The same for the same movement, for ever.")


class Balance(BaseModel):
    """What the account that pays for this key has."""

    of: Literal["person", "team"]
    available: Amount
    held: Amount = Field(description="What waits for jobs to end.")
    key_left: Amount | None = Field(description="What this key may still spend; null where it has no limit.")
    blocked: bool = Field(description="Whether staff stopped new runs.")


class Project(BaseModel):
    """A named thread of runs."""

    id: str
    name: str
    runs: int = Field(description="How many it has.")
    mine: bool
    created_at: datetime
    used_at: datetime


class Collection(BaseModel):
    """A named set of pictures."""

    id: str
    name: str
    pictures: int = Field(description="How many of them this key sees.")
    mine: bool
    created_at: datetime


def amount(micros: int) -> Amount:
    """The amount in both units."""
    return Amount(micros=micros, credits=f"{Decimal(micros) / CREDIT_MICROS:.4f}")
