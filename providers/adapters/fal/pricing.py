"""The vendor's price list: what a request will take, and whether the key is good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from providers import errors
from providers.adapters.fal.answer import complaint, price_of, total_of
from providers.adapters.fal.families import IMAGES, MEGAPIXELS, TIMES
from providers.adapters.fal.models import family
from providers.adapters.fal.request import refuse_what_it_cannot
from providers.base import UPSCALE, Health, ImageRequest
from providers.http import Client, Complaint, Deadline, health, refused

PRICES, ESTIMATE = "/v1/models/pricing", "/v1/models/pricing/estimate"
ASKED_FOR = "fal-ai/flux/schnell"
SECONDS = 15.0
MEGAPIXEL = 1024 * 1024


class Prices:
    """Asks ``client`` for prices with ``headers``; both calls cost nothing."""

    def __init__(self, client: Client, headers: Callable[[], dict[str, str]]) -> None:
        self._client, self._headers = client, headers

    def estimate(self, request: ImageRequest) -> int | None:
        """Micros, with the account's discounts; None where the vendor counts otherwise than we or does not answer.

        Only prices that hang on pictures or megapixels alone are asked for: the vendor multiplies a unit, and knows
        nothing of a resolution, a quality or a reference.
        """
        deadline = Deadline(min(request.deadline_seconds, SECONDS))
        try:
            refuse_what_it_cannot(request)
            units = _units(request)
            if units is None or not self._counts_alike(request.model, deadline):
                return None
            wish = {"estimate_type": "unit_price", "endpoints": {request.model: {"unit_quantity": units}}}
            return total_of(self._answered("POST", ESTIMATE, deadline, wish))
        except errors.ProviderError:
            return None

    def check(self) -> Health:
        """Whether the vendor answers with this key."""
        return health(self._answers)

    def _answers(self) -> str:
        self._list(ASKED_FOR, Deadline(SECONDS))
        return "It answers."

    def _counts_alike(self, model: str, deadline: Deadline) -> bool:
        """Whether the vendor's price is for the unit that we count."""
        return price_of(self._list(model, deadline), model) == family(model).unit

    def _list(self, model: str, deadline: Deadline) -> Any:
        return self._answered("GET", f"{PRICES}?{urlencode({'endpoint_id': model})}", deadline)

    def _answered(
        self, method: str, path: str, deadline: Deadline, document: dict[str, Any] | None = None
    ) -> Any:
        with self._client.send(
            method, path, deadline=deadline, headers=self._headers(), document=document
        ) as answer:
            if answer.status != 200:
                raise refused(
                    self._client, answer, lambda told: Complaint(complaint(told, answer.headers).words)
                )
            return answer.json()


def _units(request: ImageRequest) -> int | None:
    """How many the vendor will count."""
    unit = family(request.model).unit
    if unit == IMAGES:
        return request.n
    return _megapixels(request) if unit == MEGAPIXELS else None


def _megapixels(request: ImageRequest) -> int | None:
    """Begun megapixels of 1,048,576 pixels [?]."""
    width, height, times = request.width, request.height, 1
    if request.kind == UPSCALE:
        width, height = request.references[0].width, request.references[0].height
        factor = request.extra.get("upscale_factor", TIMES)
        if not isinstance(factor, int) or "target_resolution" in request.extra:
            return None
        times = factor * factor
    if not width or not height:
        return None
    return request.n * -(-width * height * times // MEGAPIXEL)
