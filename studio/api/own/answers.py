"""What the studio's own API answers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from studio.core.micros import CREDIT_MICROS
from studio.jobs.listing import RunState
from studio.jobs.models import Run as Runs
from studio.jobs.models import State


class Page[Row: BaseModel](BaseModel):
    """Some rows of a list, newest first."""

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


def amount(micros: int) -> Amount:
    """The amount in both units."""
    return Amount(micros=micros, credits=f"{Decimal(micros) / CREDIT_MICROS:.4f}")
