"""OpenAI's dialect (seed 3): its addresses, and how it tells errors.

Variations are not served: they were dall-e-2's alone, no model that is left makes a picture from one without a prompt,
and an edit with a prompt of ours would be something else.
"""

from __future__ import annotations

from studio.api.endpoints import Endpoint, Part
from studio.api.errors import Kind
from studio.api.inputs import REFUSES
from studio.api.openai import models, views
from studio.api.openai.answers import CompletedImage, Model, Models, PartialImage, Pictures
from studio.api.openai.errors import DIALECT
from studio.api.openai.fields import Edit, EditForm, Generation
from studio.api.quotes import Quote

__all__ = ["DIALECT", "ENDPOINTS"]

ENDPOINTS = (
    Endpoint(
        "GET",
        "v1/models",
        models.models,
        "The models that this key can use now",
        answers={200: Models},
        sdk="models.list",
    ),
    Endpoint(
        "GET",
        "v1/models/<path:name>",
        models.model,
        "One model, by its id or another of its names",
        answers={200: Model},
        refuses=(Kind.NO_MODEL, Kind.MODEL_OFF),
        example={"name": "gesso/sketch"},
        sdk="models.retrieve",
    ),
    Endpoint(
        "POST",
        "v1/images/generations",
        views.generations,
        "Pictures from a prompt, in the answer itself",
        scope="generate",
        body=Generation,
        answers={200: Pictures},
        streams=True,
        dry=Quote,
        events=(PartialImage, CompletedImage),
        sdk="images.generate",
        example={"model": "gesso/sketch", "prompt": "A quiet terracotta stair", "size": "1024x1024"},
    ),
    Endpoint(
        "POST",
        "v1/images/edits",
        views.edits,
        "Pictures from a prompt and other pictures, in the answer itself",
        scope="generate",
        body=Edit,
        form=EditForm,
        answers={200: Pictures},
        streams=True,
        files=(
            Part("image", "The picture to change, of at most 50 MB."),
            Part(
                "image[]",
                "The same where there are several: up to 16, the first is the one that is changed.",
                many=True,
            ),
            Part(
                "mask",
                "A PNG of the first picture's size, of at most 4 MB: what is transparent is repainted.",
                needed=False,
            ),
        ),
        dry=Quote,
        events=(PartialImage, CompletedImage),
        refuses=REFUSES,
        example={
            "model": "gesso/paint",
            "prompt": "The same at night",
            "images": [{"image_url": "https://example.com/photo.png"}],
        },
        sdk="images.edit",
        form_example={"model": "gesso/paint", "prompt": "The same at night", "image": "@photo.png"},
    ),
)
