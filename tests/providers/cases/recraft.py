"""Recraft: synchronous, the pictures and the cost in the answer."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, PARTIAL, UNCONFIRMED, Case, Edit, Expected, common
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.recraft import RecraftSimulator

CASE = Case(
    simulator=RecraftSimulator,
    sample=ImageRequest(model="recraftv3", prompt="a boat", n=2, client_ref="c-1"),
    model="recraft/recraftv4_1",
    n=2,
    faults=(
        *common(),
        Expected(Fault(base.STATUS, 403), errors.AuthError, 0, FAILED),
        Expected(Fault(base.STATUS, 504), errors.UpstreamTimeout, 0, UNCONFIRMED),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.FEWER), None, 1, PARTIAL),
        Expected(Fault(base.BROKEN_PICTURE), errors.AnswerLost, 1, UNCONFIRMED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, FAILED),
        Expected(Fault(base.EXPIRED_URL), errors.ResultExpired, 1, FAILED),
    ),
    edits=(
        Edit("recraft/recraftv3", parameters={"strength": "0.3"}),
        Edit("recraft/recraftv3", mask=True),
    ),
    without={base.MODERATED_OUTPUT: "the vendor has no word for a picture that it keeps back"},
    # The pictures that every vendor is tried with are smaller than this one takes.
    patches={
        "providers.adapters.recraft.models.LEAST_SIDE": 64,
        "tests.providers.simulators.recraft_rules.LEAST_SIDE": 64,
    },
)
