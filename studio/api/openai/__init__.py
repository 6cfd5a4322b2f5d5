"""OpenAI's dialect (seed 3): its addresses, and how it tells errors.

Variations are not served: they were dall-e-2's alone, no model that is left makes a picture from one without a prompt,
and an edit with a prompt of ours would be something else.
"""

from __future__ import annotations

from studio.api.endpoints import Endpoint
from studio.api.openai import models, views
from studio.api.openai.answers import Model, Models, Pictures
from studio.api.openai.errors import DIALECT
from studio.api.openai.fields import Edit, EditForm, Generation

__all__ = ["DIALECT", "ENDPOINTS"]

ENDPOINTS = (
    Endpoint(
        "GET", "v1/models", models.models, "The models that this key can use now", answers={200: Models}
    ),
    Endpoint(
        "GET",
        "v1/models/<path:name>",
        models.model,
        "One model, by its id or another of its names",
        answers={200: Model},
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
    ),
)
