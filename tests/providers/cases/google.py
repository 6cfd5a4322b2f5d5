"""Google: synchronous, one picture a call, billed by tokens; what is declined comes with 200."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, UNCONFIRMED, Case, Edit, Expected, common
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.google import GoogleSimulator

CASE = Case(
    simulator=GoogleSimulator,
    sample=ImageRequest(
        model="gemini-3.1-flash-image",
        prompt="a boat",
        aspect_ratio="1:1",
        resolution="512",
        client_ref="c-1",
    ),
    model="google/gemini-3.1-flash-image",
    parameters={"resolution": "512"},
    faults=(
        *common(),
        Expected(Fault(base.STATUS, 403), errors.AuthError, 0, FAILED),
        Expected(Fault(base.STATUS, 504), errors.UpstreamTimeout, 0, UNCONFIRMED),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.BROKEN_PICTURE), errors.AnswerLost, 1, UNCONFIRMED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, FAILED),
        Expected(Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 1, FAILED),
    ),
    edits=(Edit("google/gemini-3.1-flash-image", references=3, parameters={"resolution": "512"}),),
    without={base.FEWER: "one picture a call"},
)
