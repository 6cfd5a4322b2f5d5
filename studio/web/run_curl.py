"""A run as a program would ask for it: one command for a shell, over the studio's own API."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from studio.catalog import automatic
from studio.catalog.fields import Parameters
from studio.core.places import address
from studio.jobs.models import Job, Reference, Run

RUNS = "/api/runs"
KEY = "$GESSO_API_KEY"
SIDES = frozenset({"width", "height"})
"""What a job keeps beside the size that was chosen; the choice says them."""
NUMBERS: Mapping[str, type] = {"n": int, "seed": int, "output_compression": int, "strength": float}


def curl(run: Run, request: HttpRequest) -> str:
    """The command that makes this run again, paid by whoever's key is in ``GESSO_API_KEY``; one for each wish, where
    its models were not told the same.

    The seed goes with it, so that a model that keeps to one makes the same pictures. References are addresses of this
    studio: the key's owner has to see them.
    """
    everybody = list(run.jobs.all())
    # Those that auto moved on to are of the same wish.
    jobs = [job for job in everybody if job.retry_of_id is None] or everybody
    wishes = [_asked(job) | _pictures(job, request) for job in jobs] or [{}]
    models = [automatic.ID if job.route is not None else job.model for job in jobs]
    if 1 < len(models) == len(set(models)) and all(wish == wishes[0] for wish in wishes):
        asked = [{"models": models} | wishes[0]]
    else:
        asked = [{"model": model} | wish for model, wish in zip(models, wishes, strict=False)] or wishes
    return "\n".join(_command({"prompt": run.prompt} | each, request) for each in asked)


def _command(body: Mapping[str, Any], request: HttpRequest) -> str:
    return "\n".join(
        [
            f"curl {shlex.quote(address(request, RUNS))} \\",
            f'  -H "Authorization: Bearer {KEY}" \\',
            '  -H "Content-Type: application/json" \\',
            f"  -d {shlex.quote(json.dumps(body, ensure_ascii=False, indent=2))}",
        ]
    )


def _asked(job: Job) -> dict[str, Any]:
    if job.route is not None:
        # What was asked for in the words of any model, and not what the chosen one made of it.
        return _typed(job.route["asked"])
    settings = Parameters.from_json(job.parameters)
    shared = replace(settings, extra={}, unused={}).as_form()
    seed = {} if job.seed is None else {"seed": job.seed}
    own = {"extra": dict(settings.extra)} if settings.extra else {}
    return _typed(shared) | seed | own


def _typed(form: Mapping[str, str]) -> dict[str, Any]:
    """A form's texts as JSON has them; what says nothing is left out."""
    return {name: NUMBERS.get(name, str)(text) for name, text in form.items() if text and name not in SIDES}


def _pictures(job: Job, request: HttpRequest) -> dict[str, Any]:
    """The references and the mask by their pages' addresses."""

    def at(reference: Reference) -> str:
        return address(request, reverse("image", args=[reference.image_id]))

    rows = list(job.references.all())
    found: dict[str, Any] = {}
    if others := [row for row in rows if row.role != Reference.Role.MASK]:
        found["references"] = [{"image": at(row), "role": row.role} for row in others]
    if masks := [row for row in rows if row.role == Reference.Role.MASK]:
        found["mask"] = at(masks[0])
    return found
