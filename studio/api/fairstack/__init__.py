"""FairStack's dialect (seed 0): one picture a call, and money in microdollars."""

from __future__ import annotations

from studio.api.endpoints import Endpoint
from studio.api.fairstack import answers, views
from studio.api.fairstack.errors import DIALECT
from studio.api.fairstack.fields import Generation, ModelsQuery
from studio.api.inputs import REFUSES

__all__ = ["DIALECT", "ENDPOINTS"]

ENDPOINTS = (
    Endpoint(
        "POST",
        "v1/generations/image",
        views.image,
        "Generate, edit or upscale a picture; with confirm: false only its cost",
        scope="generate",
        body=Generation,
        answers={200: answers.Answer},
        dry=answers.Answer,
        refuses=REFUSES,
        example={"model": "gesso/paint", "prompt": "A quiet terracotta stair", "aspect_ratio": "4:3"},
    ),
    Endpoint(
        "GET",
        "v1/models",
        views.models,
        "The models, with their prices",
        query=ModelsQuery,
        answers={200: answers.Models},
        example={"tier": "standard"},
        open=True,
    ),
    Endpoint(
        "GET",
        "v1/credits",
        views.credits,
        "The balance, and what the key may spend",
        scope="credits",
        answers={200: answers.Credits},
    ),
)
