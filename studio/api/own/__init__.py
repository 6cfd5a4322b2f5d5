"""The studio's own API: all that a program can do here, in the studio's own words."""

from __future__ import annotations

from studio.api.dialects import Dialect
from studio.api.endpoints import Endpoint
from studio.api.errors import Kind
from studio.api.inputs import REFUSES
from studio.api.own import answers, errors, fields, quoting, runs, wishes
from studio.api.refusals import PAID

__all__ = ["DIALECT", "ENDPOINTS"]

DIALECT = Dialect(
    "gesso",
    "Gesso",
    "api",
    errors.envelope,
    limit_headers=errors.limit_headers,
    error=errors.Error,
    fields=errors.FIELDS,
    rootless=True,
    fit=wishes.fitted,
)

RUN = {200: answers.Run, 202: answers.Run}
RUN_ID = {"run_id": "run_01jdwm6c2ke0sbt7q2f8v9xyz4"}
WISH = {
    "prompt": "A quiet terracotta stair",
    "models": ["gesso/paint", "gesso/studio"],
    "aspect_ratio": "4:3",
}

ENDPOINTS = (
    Endpoint(
        "GET",
        "runs",
        runs.list_runs,
        "Runs, newest first",
        scope="pictures",
        query=fields.RunsQuery,
        answers={200: answers.Page[answers.Run]},
        refuses=(Kind.NOT_FOUND,),
        example={"state": "succeeded", "limit": 20},
    ),
    Endpoint(
        "POST",
        "runs",
        runs.create_run,
        "Make pictures, with one model or several",
        scope="generate",
        body=fields.NewRun,
        answers=RUN,
        dry=quoting.Quote,
        refuses=(*REFUSES, Kind.NOT_FOUND),
        example=WISH | {"wait": 30},
    ),
    Endpoint(
        "GET",
        "runs/<str:run_id>",
        runs.read_run,
        "One run: its jobs, what each costs, and its pictures",
        scope="generate",
        answers={200: answers.Run},
        example=RUN_ID,
    ),
    Endpoint(
        "POST",
        "runs/<str:run_id>/cancel",
        runs.cancel_run,
        "Stop a run",
        scope="generate",
        answers=RUN,
        refuses=(Kind.CONFLICT,),
        example=RUN_ID,
    ),
    Endpoint(
        "POST",
        "runs/<str:run_id>/retry",
        runs.retry_run,
        "The missing pictures once more, at today's price",
        scope="generate",
        body=fields.Again,
        form=fields.Again,
        answers=RUN,
        dry=quoting.Quote,
        example=RUN_ID | {"max_micros": 100_000},
    ),
    Endpoint(
        "POST",
        "quotes",
        quoting.quote,
        "What a run would cost",
        scope="generate",
        body=fields.Ask,
        answers={200: quoting.Quote},
        refuses=(*REFUSES, *PAID, Kind.NOT_FOUND),
        example=WISH,
    ),
)
