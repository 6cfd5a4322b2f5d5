"""Deepshi: synchronous, the cost in the answer."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, PARTIAL, UNCONFIRMED, Case, Edit, Expected, common
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.deepshi import DeepshiSimulator

CASE = Case(
    simulator=DeepshiSimulator,
    sample=ImageRequest(model="nano-banana-2", prompt="a boat", n=2, client_ref="c-1"),
    model="deepshi/flux-2-pro",
    n=2,
    faults=(
        *common(),
        Expected(Fault(base.STATUS, 403), errors.AuthError, 0, FAILED),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.FEWER), None, 1, PARTIAL),
        Expected(Fault(base.BROKEN_PICTURE), errors.AnswerLost, 1, UNCONFIRMED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, FAILED),
        Expected(Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 0, FAILED),
    ),
    edits=(Edit("deepshi/nano-banana-2", references=3),),
)
