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
    """The command that makes this run again, paid by whoever's key is in ``GESSO_API_KEY``.

    The seed goes with it, so that a model that keeps to one makes the same pictures. References are addresses of this
    studio: the key's owner has to see them.
    """
    everybody = list(run.jobs.all())
    # Those that auto moved on to are of the same wish.
    jobs = [job for job in everybody if job.retry_of_id is None] or everybody
    asked = _asked(jobs[0], jobs) | _pictures(jobs[0], request) if jobs else {}
    body = json.dumps({"prompt": run.prompt} | asked, ensure_ascii=False, indent=2)
    return "\n".join(
        [
            f"curl {shlex.quote(address(request, RUNS))} \\",
            f'  -H "Authorization: Bearer {KEY}" \\',
            '  -H "Content-Type: application/json" \\',
            f"  -d {shlex.quote(body)}",
        ]
    )


def _asked(job: Job, jobs: list[Job]) -> dict[str, Any]:
    if job.route is not None:
        # What was asked for in the words of any model, and not what the chosen one made of it.
        return {"model": automatic.ID} | _typed(job.route["asked"])
    models = list(dict.fromkeys(each.model for each in jobs))
    named = {"models": models} if len(models) > 1 else {"model": models[0]}
    settings = Parameters.from_json(job.parameters)
    shared = replace(settings, extra={}, unused={}).as_form()
    seed = {} if job.seed is None else {"seed": job.seed}
    own = {"extra": dict(settings.extra)} if settings.extra else {}
    return named | _typed(shared) | seed | own


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
