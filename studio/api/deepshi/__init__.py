"""Deepshi's dialect (seed 4): its addresses, how it tells errors, and how a wish fits a model."""

from __future__ import annotations

from studio.api.deepshi import errors, fields, models, views
from studio.api.deepshi.fitting import fitted
from studio.api.dialects import Dialect
from studio.api.endpoints import Endpoint, Part
from studio.api.errors import Kind
from studio.api.inputs import REFUSES
from studio.api.quotes import Quote
from studio.api.typed import Error, envelope

__all__ = ["DIALECT", "ENDPOINTS"]

DIALECT = Dialect(
    "deepshi",
    "Deepshi",
    "d/deepshi",
    envelope(errors.TYPES),
    errors.WORDS,
    error=Error,
    pictures="In base 64, or as a `data:` URI.",
    prefers="deepshi",
    fit=fitted,
)

ENDPOINTS = (
    Endpoint(
        "GET",
        "v1/models",
        models.models,
        "The models that this key can use now, with what each takes",
        answers={200: fields.Models},
        sdk="models.list",
    ),
    Endpoint(
        "GET",
        "v1/models/<path:name>",
        models.model,
        "One model, by its id or another of its names",
        answers={200: fields.Model},
        refuses=(Kind.NO_MODEL, Kind.MODEL_OFF),
        example={"name": "gesso/sketch"},
        sdk="models.retrieve",
    ),
    Endpoint(
        "POST",
        "v1/images/generations",
        views.generations,
        "Pictures from a prompt",
        scope="generate",
        body=fields.Generation,
        answers={200: fields.Pictures},
        streams=True,
        dry=Quote,
        example={"model": "gesso/sketch", "prompt": "A quiet terracotta stair", "n": 1},
        sdk="images.generate",
    ),
    Endpoint(
        "POST",
        "v1/images/edits",
        views.edits,
        "Pictures from pictures and a prompt",
        scope="generate",
        body=fields.Edit,
        form=fields.EditForm,
        answers={200: fields.Pictures},
        streams=True,
        files=(
            Part("image", "A picture, of at most 50 MB; the first is the one that is edited.", many=True),
            Part("image[]", "The same under the other name that clients send.", many=True),
            Part(
                "mask", "A PNG of the first picture's size: what is transparent is repainted.", needed=False
            ),
        ),
        dry=Quote,
        refuses=REFUSES,
        example={
            "model": "gesso/paint",
            "prompt": "The same at night",
            "image": "https://example.com/photo.png",
        },
        sdk="images.edit",
        form_example={"model": "gesso/paint", "prompt": "The same at night", "image": "@photo.png"},
    ),
)
