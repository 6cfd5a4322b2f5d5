"""What this dialect answers: its documents, and how they are made of a job, a quote, a model and a balance."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, RootModel

from studio.api import ids
from studio.catalog import selectors as catalog
from studio.catalog.entries import Entry
from studio.catalog.fields import QUALITY_RANKS
from studio.catalog.selectors import Offer
from studio.core.micros import exact_dollars_text
from studio.credits.caps import Reading
from studio.images.models import Image
from studio.jobs import billing
from studio.jobs.models import Job


class Cost(BaseModel):
    """Integers in millionths of a US dollar, whatever the field is called (trap 1)."""

    credits_used: int
    estimated_credits: int
    currency: Literal["microdollars"] = "microdollars"


class Metadata(BaseModel):
    """Width and height in pixels; no seed where the model has none."""

    width: int
    height: int
    seed: int | None


class Generated(BaseModel):
    """A finished picture."""

    id: str
    status: Literal["completed", "failed"]
    url: str
    model: str
    modality: Literal["image"] = "image"
    cost: Cost
    metadata: Metadata


class Money(BaseModel):
    """An amount in microdollars, and as people read it."""

    micro: int
    display: str


class Estimated(BaseModel):
    """The answer to ``confirm: false``, of another shape than a picture's (trap 2)."""

    estimated_cost: Money


class Answer(RootModel[Generated | Estimated]):
    """A picture, or what it would cost."""


class Price(Money):
    """What the cheapest picture of a model costs."""

    unit: Literal["image"] = "image"


class Model(BaseModel):
    """One model; ``key`` is what a request names."""

    key: str
    name: str
    provider: str
    modality: Literal["image"] = "image"
    type: Literal["t2i", "edit", "upscale"]
    price: Price | None
    capabilities: list[str]
    quality_rank: int
    tier: str
    status: Literal["active", "beta", "deprecated"]


class Models(BaseModel):
    """All models that can be used now."""

    models: list[Model]


class Balance(Money):
    """What is there to spend."""

    currency: Literal["USD"] = "USD"


class Caps(BaseModel):
    """What may still be spent under each limit; null where there is none. Only keys have one here."""

    organization: Money | None = None
    project: Money | None = None
    key: Money | None = None


class Credits(BaseModel):
    """The balance of whoever pays for this key."""

    balance: Balance
    caps: Caps


def generated(job: Job, image: Image, url: str) -> Generated:
    """The answer to a job that delivered ``image``."""
    estimated = billing.quoted(job).high
    return Generated(
        id=ids.shown("gen", job.run_id),
        status="completed",
        url=url,
        model=job.model,
        cost=Cost(credits_used=job.charged, estimated_credits=estimated),
        metadata=Metadata(width=image.blob.width, height=image.blob.height, seed=image.seed),
    )


def money(micros: int) -> Money:
    """The amount in both forms."""
    return Money(micro=micros, display=exact_dollars_text(micros))


def model(offer: Offer, today: date) -> Model:
    """One model as it is offered now."""
    entry = offer.entry
    price = catalog.price_span(entry, offer.terms).low if offer.terms.priced else None
    return Model(
        key=entry.id,
        name=entry.label,
        provider=entry.provider,
        type=sort_of(entry),
        price=None if price is None else Price(**dict(money(price))),
        capabilities=capabilities(entry),
        quality_rank=max((QUALITY_RANKS.get(name, 1) for name in entry.qualities), default=1),
        tier=entry.tier,
        # One whose end is known is on its way out.
        status="deprecated" if entry.retires and entry.retires > today else "active",
    )


def sort_of(entry: Entry) -> Literal["t2i", "edit", "upscale"]:
    """What a model is for first of all."""
    if "generate" in entry.kinds:
        return "t2i"
    return "upscale" if "upscale" in entry.kinds else "edit"


def capabilities(entry: Entry) -> list[str]:
    """What can be asked of it beside a prompt."""
    supports = {
        "seed": entry.supports.seed,
        "negative_prompt": entry.supports.negative,
        "references": entry.max_references > 0,
    }
    return [*entry.kinds, *(name for name, there in supports.items() if there)]


def credits(available: int, cap: Reading | None) -> Credits:
    """The balance and the key's own limit."""
    balance = Balance(**dict(money(available)))
    return Credits(balance=balance, caps=Caps(key=money(cap.left) if cap else None))
