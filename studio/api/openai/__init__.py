"""OpenAI's dialect (seed 3): its addresses, and how it tells errors."""

from __future__ import annotations

from studio.api.endpoints import Endpoint
from studio.api.openai import models, views
from studio.api.openai.errors import DIALECT
from studio.api.openai.fields import Generation

__all__ = ["DIALECT", "ENDPOINTS"]

ENDPOINTS = (
    Endpoint("GET", "v1/models", models.models, "The models that this key can use now"),
    Endpoint("GET", "v1/models/<path:name>", models.model, "One model, by its id or another of its names"),
    Endpoint(
        "POST",
        "v1/images/generations",
        views.generations,
        "Pictures from a prompt, in the answer itself",
        scope="generate",
        body=Generation,
    ),
)
