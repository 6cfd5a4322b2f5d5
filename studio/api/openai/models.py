"""``GET /v1/models``: what this key may ask for, in OpenAI's shape."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest, answer
from studio.api.openai.answers import Model, Models
from studio.api.running import may_use
from studio.catalog import naming
from studio.catalog import selectors as catalog
from studio.catalog.selectors import Offer

SINCE = 1780272000
"""``created`` is a number in this shape; when a vendor made its model is not known here, so all have one day."""


def models(request: ApiRequest) -> HttpResponseBase:
    """The models that can be used now, in the order of the picker."""
    known = [
        _model(offer) for offer in catalog.offers() if offer.available and may_use(request.key, offer.id)
    ]
    return answer(Models(data=known).model_dump(exclude_none=True))


def model(request: ApiRequest, name: str) -> HttpResponseBase:
    """One of them, by its id or another of its names; not by one for which others only stand in."""
    meant = naming.resolve(name, prefer=request.dialect.prefers, among=request.key.allowed_models or None)
    offer = catalog.offer(meant.id)
    if meant.alias or not offer.available or not may_use(request.key, offer.id):
        text = _("There is no model called %(name)s for this key.") % {"name": name[:120]}
        raise Refused(Kind.NO_MODEL, text, param="model")
    return answer(_model(offer).model_dump(exclude_none=True))


def _model(offer: Offer) -> Model:
    retires = offer.entry.retires
    return Model(
        id=offer.id,
        created=SINCE,
        owned_by=offer.entry.vendor.label,
        shutdown_date=retires.isoformat() if retires else None,
    )
