"""The studio's own API: all that a program can do here, in the studio's own words."""

from __future__ import annotations

from studio.api.dialects import Dialect
from studio.api.endpoints import Endpoint, Part
from studio.api.errors import Kind
from studio.api.inputs import REFUSES
from studio.api.own import answers, errors, fields, models, money, pictures, places, quoting, runs, wishes
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
    pictures="By an address that holds as long as the picture is here.",
    fit=wishes.fitted,
)

RUN = {200: answers.Run, 202: answers.Run}
CHANGES = "pictures generate"
"""To put away what is there a key has to be for more than reading."""
PICTURE_ID = {"picture_id": "img_01jdwm6c2ke0sbt7q2f8v9xyz4"}
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
        scope="generate | pictures",
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
    Endpoint(
        "GET",
        "pictures",
        pictures.list_pictures,
        "Pictures, newest first: by words, model, project, collection, favourites, stars and time",
        scope="pictures",
        query=fields.PicturesQuery,
        answers={200: answers.Page[answers.Picture]},
        refuses=(Kind.NOT_FOUND,),
        example={"q": "terracotta stair", "rating": 4},
    ),
    Endpoint(
        "GET",
        "pictures/<str:picture_id>",
        pictures.read_picture,
        "One picture, with what it was made of and what was made of it",
        scope="pictures",
        answers={200: answers.PictureWhole},
        example=PICTURE_ID,
    ),
    Endpoint(
        "DELETE",
        "pictures/<str:picture_id>",
        pictures.bin_picture,
        "Put a picture into the bin",
        scope=CHANGES,
        answers={200: answers.Picture},
        example=PICTURE_ID,
    ),
    Endpoint(
        "POST",
        "pictures/<str:picture_id>/restore",
        pictures.restore_picture,
        "Take a picture out of the bin",
        scope=CHANGES,
        answers={200: answers.Picture},
        example=PICTURE_ID,
    ),
    Endpoint(
        "POST",
        "uploads",
        pictures.upload_picture,
        "Keep a picture, to send it along by its id",
        scope="generate",
        body=fields.Upload,
        form=fields.UploadForm,
        files=(Part("file", "The picture, of at most 50 MB."),),
        answers={201: answers.Picture},
        refuses=REFUSES,
        example={"image": "https://example.com/photo.png"},
        form_example={"file": "@photo.png"},
    ),
    Endpoint(
        "GET",
        "models",
        models.list_models,
        "The models that this key can use now, and what each can be told",
        query=fields.Paged,
        answers={200: answers.Page[answers.Model]},
        example={"limit": 20},
    ),
    Endpoint(
        "GET",
        "models/<path:name>",
        models.read_model,
        "One model, by its id or another of its names",
        answers={200: answers.Model},
        refuses=(Kind.NO_MODEL,),
        example={"name": "gesso/paint"},
    ),
    Endpoint(
        "GET",
        "balance",
        money.read_balance,
        "What there is to spend",
        scope="credits",
        answers={200: answers.Balance},
    ),
    Endpoint(
        "GET",
        "statement",
        money.list_entries,
        "Every movement of the ledger, newest first",
        scope="credits",
        query=fields.EntriesQuery,
        answers={200: answers.Page[answers.Entry]},
        example={"since": "2026-11-01"},
    ),
    Endpoint(
        "GET",
        "projects",
        places.list_projects,
        "Projects, newest first",
        scope="pictures",
        query=fields.Paged,
        answers={200: answers.Page[answers.Project]},
        example={"limit": 20},
    ),
    Endpoint(
        "POST",
        "projects",
        places.create_project,
        "A new project",
        scope="generate",
        body=fields.NewProject,
        answers={201: answers.Project},
        example={"name": "Stairs"},
    ),
    Endpoint(
        "GET",
        "collections",
        places.list_collections,
        "Collections, newest first",
        scope="pictures",
        query=fields.Paged,
        answers={200: answers.Page[answers.Collection]},
        example={"limit": 20},
    ),
)
