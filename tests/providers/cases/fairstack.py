"""FairStack: a repeat with the same key costs nothing, so no answer of it stays lost."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, Case, Edit, Expected, common
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.fairstack import FairStackSimulator

CASE = Case(
    simulator=FairStackSimulator,
    sample=ImageRequest(model="z-image-turbo", prompt="a boat", client_ref="c-1"),
    model="fairstack/gpt-image-1.5-t2i",
    faults=(
        *common(lost=FAILED),
        Expected(Fault(base.STATUS, 504), errors.UpstreamTimeout, 0, FAILED),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.BROKEN_PICTURE), errors.AnswerLost, 1, FAILED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, FAILED),
        Expected(Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 0, FAILED),
        Expected(Fault(base.EXPIRED_URL), errors.ResultExpired, 1, FAILED),
    ),
    edits=(Edit("fairstack/flux-kontext-dev"),),
    without={base.FEWER: "one picture a call"},
)
