"""The multi-provider API: synchronous; its models with addresses make one picture a call."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, UNCONFIRMED, Case, Edit, Expected, common
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.multi import MultiSimulator

CASE = Case(
    simulator=MultiSimulator,
    sample=ImageRequest(model="flux-2-pro", prompt="a boat", width=256, height=256, client_ref="c-1"),
    model="multi/flux-1.1-pro",
    parameters={"size": "256x256"},
    faults=(
        *common(),
        Expected(Fault(base.STATUS, 403), errors.AuthError, 0, FAILED),
        Expected(Fault(base.STATUS, 504), errors.UpstreamTimeout, 0, UNCONFIRMED),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.BROKEN_PICTURE), errors.AnswerLost, 1, UNCONFIRMED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, FAILED),
        Expected(Fault(base.EXPIRED_URL), errors.ResultExpired, 1, FAILED),
    ),
    edits=(Edit("multi/qwen-image-edit"),),
    without={
        base.FEWER: "one picture a call; Imagen's are tried beside its own tests",
        base.MODERATED_OUTPUT: "the API has one word for all that it declines",
    },
)
