"""A vendor that takes 200 ms and answers with a tiny picture, registered in place of the offline models."""

from __future__ import annotations

import time

from providers import registry
from providers.base import Config, Emit, Facts, Finished, Health, ImageRequest, Output, Synchronous
from tests.providers.simulators.pictures import picture

SECONDS = 0.2


class Quick(Synchronous):
    facts = Facts(needs_key=False)

    def __init__(self, config: Config) -> None:
        self.answer = picture(64, 64, (200, 120, 40))

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        time.sleep(SECONDS)
        return Finished((Output(self.answer, "image/png"),))

    def check(self) -> Health:
        return Health(True)


def register() -> None:
    registry.ADAPTERS["gesso"] = f"{__name__}:Quick"
