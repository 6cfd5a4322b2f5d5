"""``GET /v1/models``: what this key may ask for, in OpenAI's shape."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from studio.accounts.models import ApiKey
from studio.api.auth import endpoint
from studio.api.errors import Refused
from studio.api.http import ApiRequest, answer
from studio.catalog import selectors as catalog
from studio.catalog.selectors import Offer

SINCE = 1780272000
"""``created`` is a number in this shape; when a vendor made its model is not known here, so all have one day."""


@endpoint("GET")
def models(request: ApiRequest) -> HttpResponseBase:
    """The models that can be used now, in the order of the picker."""
    known = [
        _model(offer) for offer in catalog.offers() if offer.available and may_use(request.key, offer.id)
    ]
    return answer({"object": "list", "data": known})


@endpoint("GET")
def model(request: ApiRequest, name: str) -> HttpResponseBase:
    """One of them, by its id or another of its names."""
    offer = catalog.offer(name)
    if not offer.available or not may_use(request.key, offer.id):
        text = _("There is no model called %(name)s for this key.") % {"name": name[:120]}
        raise Refused(text, status=404, code="model_not_found", param="model")
    return answer(_model(offer))


def may_use(key: ApiKey, model_id: str) -> bool:
    """Whether the key is for this model; one that names none is for all."""
    return not key.allowed_models or model_id in key.allowed_models


def _model(offer: Offer) -> dict[str, Any]:
    return {"id": offer.id, "object": "model", "created": SINCE, "owned_by": offer.entry.vendor.label}
