"""Rows for tests, each as small as it can be. What a service makes, a service makes here too."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.utils import timezone

from studio.accounts.actors import actor_for
from studio.accounts.models import Membership, Team, User
from studio.catalog.models import PriceVersion
from studio.core.ids import uuid7, uuid7_at
from studio.credits import services as credits
from studio.images import services as images
from studio.images import words
from studio.images.models import Blob, Image
from studio.jobs.models import Job, Project, Run, State
from studio.web.http import StudioRequest
from studio.web.workspace import Workspace

PASSWORD = "a quiet terracotta stair"
_numbers = itertools.count(1)


def person(name: str, **fields: Any) -> User:
    """Somebody who signs in as ``name@northwind.test`` with PASSWORD."""
    return User.objects.create_user(f"{name.lower()}@northwind.test", PASSWORD, name=name, **fields)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def request_of(user: User | None, team: Team | None = None) -> StudioRequest:
    """What a view gets from ``user``, or from nobody, who stands in ``team``."""
    request: Any = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    request.actor = actor_for(request.user)
    request.workspace = Workspace(request.actor, str(team.pk) if team else "")
    typed: StudioRequest = request
    return typed


def make_team(name: str, members: Mapping[User, str], **fields: Any) -> Team:
    """A team with a role for each member."""
    team = Team.objects.create(name=name, **fields)
    for user, role in members.items():
        Membership.objects.create(team=team, user=user, role=role)
    return team


def make_blob(**fields: Any) -> Blob:
    """Facts of stored bytes; there are no files behind them."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "sha256": hashlib.sha256(f"blob {number}".encode()).hexdigest(),
        "key": f"test/{number:08d}",
        "mime": "image/png",
        "size": 1000,
        "width": 64,
        "height": 64,
        "renditions": [320],
        "color": "#808080",
        "uses": 1,
        "bare": True,
    }
    return Blob.objects.create(**facts | fields)


def make_image(owner: User, team: Team | None = None, **fields: Any) -> Image:
    """A picture's row without files; tests of files go through the image intake."""
    facts: dict[str, Any] = {
        "kind": Image.Kind.OUTPUT,
        "alt": "Generated image: a stair",
        "prompt": "a stair",
    }
    fields.setdefault("blob", None)
    blob = fields["blob"] = fields["blob"] or make_blob()
    facts |= fields
    facts.setdefault("id", uuid7_at(facts["created_at"]) if "created_at" in facts else uuid7())
    facts.setdefault("ratio", blob.ratio)
    texts = [facts.get(name, "") for name in ("prompt", "alt", "name")]
    facts.setdefault("words", words.indexed(owner.pk, team.pk if team else None, *texts))
    image = Image.objects.create(owner=owner, team=team, **facts)
    images.register([image])
    return image


def make_project(owner: User, team: Team | None = None, **fields: Any) -> Project:
    return Project.objects.create(owner=owner, team=team, **{"name": "Stairs"} | fields)


def make_run(owner: User, team: Team | None = None, project: Project | None = None, **fields: Any) -> Run:
    """A run's row alone, numbered on, with neither jobs nor holds; tests of money submit through jobs.services."""
    project = project or make_project(owner, team)
    project.last_number += 1
    project.save(update_fields=["last_number"])
    facts: dict[str, Any] = {
        "number": project.last_number,
        "prompt": "a stair",
        "key": f"test-{next(_numbers)}",
        "body_hash": "0" * 64,
    }
    return Run.objects.create(owner=owner, team=team, project=project, **facts | fields)


def make_job(run: Run, **fields: Any) -> Job:
    """A job's row alone, without a hold; tests of money submit through jobs.services."""
    version, _made = PriceVersion.objects.get_or_create(
        model="gesso/sketch", number=1, defaults={"rule": {}, "fingerprint": "test"}
    )
    facts: dict[str, Any] = {
        "position": run.jobs.count(),
        "payer_id": credits.account_of(user=run.owner).pk,
        "price_version": version,
        "model": "gesso/sketch",
        "model_label": "Gesso Sketch",
        "provider": "painter",
        "upstream": "sketch",
        "kind": "generate",
        "prompt": run.prompt,
        "quote": {},
        "state": State.QUEUED,
        "due_at": timezone.now(),
    }
    return Job.objects.create(run=run, **facts | fields)


def pictures(job: Job) -> list[Image]:
    """What a job delivered, in order."""
    return [output.image for output in job.outputs.order_by("position") if output.image]
