"""Stability AI: synchronous but for one model; a picture that was blurred is billed like any other."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, UNCONFIRMED, Case, Edit, Expected, common
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.stability import StabilitySimulator

DEFERRED = "of one model that has no price yet; tried in test_stability_tasks.py"

CASE = Case(
    simulator=StabilitySimulator,
    sample=ImageRequest(model="core", prompt="a boat", aspect_ratio="3:2", client_ref="c-1"),
    model="stability/core",
    faults=(
        *common(),
        Expected(Fault(base.STATUS, 403), errors.AuthError, 0, FAILED),
        Expected(Fault(base.STATUS, 413), errors.InvalidRequest, 0, FAILED),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.BROKEN_PICTURE), errors.AnswerLost, 1, UNCONFIRMED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, FAILED),
        Expected(Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 1, FAILED),
    ),
    edits=(
        Edit("stability/ultra", parameters={"strength": "0.4"}),
        Edit("stability/sd3.5-medium", parameters={"strength": "1", "aspect_ratio": "1:1"}),
    ),
    without={
        base.FEWER: "one picture a call",
        base.LOST: DEFERRED,
        base.NEVER_ENDS: DEFERRED,
        base.UNASKABLE: DEFERRED,
        base.TASK_FAILED: DEFERRED,
    },
    no_object=errors.EmptyResult,
)
