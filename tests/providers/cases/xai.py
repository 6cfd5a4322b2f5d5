"""xAI: synchronous, the cost in the answer; an address that comes instead of bytes lives for minutes."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, PARTIAL, UNCONFIRMED, Case, Edit, Expected, common
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.xai import XAISimulator

CASE = Case(
    simulator=XAISimulator,
    sample=ImageRequest(
        model="grok-imagine-image",
        prompt="a boat",
        n=2,
        aspect_ratio="1:1",
        output_format="jpeg",
        client_ref="c-1",
    ),
    model="xai/grok-imagine-image",
    n=2,
    faults=(
        *common(),
        Expected(Fault(base.STATUS, 403), errors.AuthError, 0, FAILED),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.FEWER), None, 1, PARTIAL),
        Expected(Fault(base.BROKEN_PICTURE), errors.AnswerLost, 1, UNCONFIRMED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, FAILED),
        Expected(Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 1, FAILED),
        Expected(Fault(base.EXPIRED_URL), errors.ResultExpired, 1, FAILED),
    ),
    edits=(Edit("xai/grok-imagine-image"), Edit("xai/grok-imagine-image-2.0", references=3)),
)
