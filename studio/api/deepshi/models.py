"""``GET /v1/models``: each model that this key can use, with what it takes (seed 4)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from studio.api.deepshi.fitting import MOST_IMAGES, STYLES, parameters
from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest, answer
from studio.api.running import may_use
from studio.catalog import decisions, described, naming
from studio.catalog import selectors as catalog
from studio.catalog.described import Parameter
from studio.catalog.selectors import Offer


def models(request: ApiRequest) -> HttpResponseBase:
    """The models that can be used now, in the order of the picker."""
    return answer({"object": "list", "data": _listed(request)})


def model(request: ApiRequest, name: str) -> HttpResponseBase:
    """One of them, by its id or another of its names."""
    found = next((each for each in _listed(request) if name == each["id"] or name in each["names"]), None)
    if found is None:
        text = _("There is no model called %(name)s for this key.") % {"name": name[:120]}
        raise Refused(Kind.NOT_FOUND, text, code="model_not_found", param="model")
    return answer(found)


def _listed(request: ApiRequest) -> list[dict[str, Any]]:
    made = decisions.latest()
    offers = [each for each in catalog.offers(made) if each.available and may_use(request.key, each.id)]
    names = naming.reached(offers, made, prefer=request.dialect.prefers)
    return [_model(offer, names.get(offer.id, ())) for offer in offers]


def _model(offer: Offer, names: tuple[str, ...]) -> dict[str, Any]:
    """The seed says what an entry holds and shows no names of its keys; these are our own [?]."""
    entry, told = offer.entry, described.of(offer.entry)
    return {
        "id": entry.id,
        "object": "model",
        "owned_by": entry.vendor.label,
        "names": list(names),
        "input_modalities": list(told.input_modalities),
        "output_modalities": list(told.output_modalities),
        "prompt_max_length": told.prompt_max_length,
        "sizing": STYLES[told.sizing],
        "parameters": {name: _setting(each) for name, each in parameters(entry).items()},
        "edit": {
            "supported": told.editing.supported,
            "max_images": min(told.editing.max_images, MOST_IMAGES),
            "mask": told.editing.mask,
        },
    }


def _setting(told: Parameter) -> dict[str, Any]:
    """Type, values and default of one parameter, and its limits where it has some."""
    allowed: list[Any] = list(told.allowed)
    if told.key == "n":
        allowed = list(range(1, int(told.most or 1) + 1))
    limits = {
        "allowed": allowed,
        "min": None if allowed else told.least,
        "max": None if allowed else told.most,
        "step": None if allowed else told.step,
        "max_length": told.length,
        "pattern": told.pattern,
    }
    given = {name: value for name, value in limits.items() if value not in (None, "", [])}
    return {"type": told.type, **given, "default": told.default}
