"""Pictures with files behind them, and pictures with the job that made them."""

from __future__ import annotations

from functools import cache
from typing import Any

from studio.accounts.models import Team, User
from studio.catalog.models import PriceVersion
from studio.credits import services as credits
from studio.images import intake, services
from studio.images.models import Image
from studio.jobs.models import Job, Output, State
from tests.factories import make_image, make_job, make_run
from tests.images.samples import file_of, scene

JPEG = file_of(scene(1000, 500), "JPEG")


@cache
def _prepared(data: bytes) -> intake.Prepared:
    """The same few pictures are wanted again and again, and decoding one is most of what a test would take."""
    return intake.prepare(data, keep_original=True)


def stored_image(owner: User, team: Team | None = None, data: bytes = JPEG, **fields: Any) -> Image:
    """A picture with its files."""
    stored = services.store(_prepared(data))
    facts: dict[str, Any] = {"kind": Image.Kind.OUTPUT, "prompt": "A stair, in terracotta: “quiet”"}
    return services.add(stored=stored, owner=owner, team=team, **facts | fields)


def plain_job(owner: User, team: Team | None = None, **fields: Any) -> Job:
    """A job's row in a run of its own, without money."""
    price, _made = PriceVersion.objects.get_or_create(
        model="gesso/sketch", number=1, defaults={"rule": {}, "fingerprint": "0" * 64}
    )
    payer = credits.account_of(user=owner).pk
    return make_job(make_run(owner, team), payer_id=payer, price_version_id=price.pk, **fields)


def made_image(
    owner: User, team: Team | None = None, job: dict[str, Any] | None = None, **fields: Any
) -> Image:
    """A picture's row with the finished job that made it; there are no files."""
    facts: dict[str, Any] = {"state": State.SUCCEEDED}
    maker = plain_job(owner, team, **facts | (job or {}))
    image = make_image(owner, team, **fields)
    Output.objects.create(job=maker, position=0, image=image)
    return image
