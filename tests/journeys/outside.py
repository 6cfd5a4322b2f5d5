"""The public internet of the living studio: every public address ends at the test's own website."""

from __future__ import annotations

import os

from django.apps import AppConfig

from providers.http.public import Network, PublicWeb
from tests.providers.hostile import NAMES, system_answer
from tests.providers.web import Landing


class Outside(AppConfig):
    """Stands in below the rule of addresses, which holds as it does anywhere."""

    name = "tests.journeys"

    def ready(self) -> None:
        from studio.core import safe_fetch

        port = int(os.environ["OUTSIDE_PORT"])
        network = Network(
            lambda host, _: NAMES.get(host) or system_answer(host), Landing(lambda address, _: port)
        )
        safe_fetch.public_web = PublicWeb(network)
