"""The dialect of an API before several makers (seed 2): pictures and edits, both in the answer itself."""

from __future__ import annotations

from studio.api.auth import OTHER_HEADER
from studio.api.dialects import Dialect
from studio.api.endpoints import Endpoint
from studio.api.inputs import REFUSES
from studio.api.multi import errors, views
from studio.api.multi.answers import Pictures
from studio.api.multi.families import VENDOR
from studio.api.multi.fields import Edit, Generation
from studio.api.multi.wishes import fitted
from studio.api.quotes import Quote

__all__ = ["DIALECT", "ENDPOINTS"]

DIALECT = Dialect(
    "multi",
    "Multi-provider",
    "d/multi",
    errors.envelope,
    errors.WORDS,
    errors.limit_headers,
    error=errors.Error,
    pictures="By an address that holds for 10 minutes, or 7 days, by the model's maker; or in base 64.",
    key_header=OTHER_HEADER,
    fields=errors.FIELDS,
    prefers=VENDOR,
    fit=fitted,
)

ENDPOINTS = (
    Endpoint(
        "POST",
        "api/v1/image/generate",
        views.generate,
        "Pictures from a prompt",
        scope="generate",
        body=Generation,
        answers={200: Pictures},
        dry=Quote,
        example={
            "model": "gesso/sketch",
            "prompt": "A quiet terracotta stair",
            "width": 1024,
            "height": 1024,
        },
    ),
    Endpoint(
        "POST",
        "api/v1/image/edit",
        views.edit,
        "Change a picture by a prompt",
        scope="generate",
        body=Edit,
        answers={200: Pictures},
        dry=Quote,
        refuses=REFUSES,
        example={
            "model": "gesso/paint",
            "prompt": "The same at night",
            "image_url": "https://example.com/photo.png",
        },
    ),
)
