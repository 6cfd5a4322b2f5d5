"""Black Forest Labs: tasks; what fails or is moderated is not billed."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, Case, Edit, Expected, common, tickets
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.bfl import BFLSimulator

CASE = Case(
    simulator=BFLSimulator,
    sample=ImageRequest(model="flux-2-pro", prompt="a boat", width=64, height=64, client_ref="c-1"),
    model="bfl/flux-2-klein-4b",
    parameters={"size": "64x64"},
    faults=(
        *common(),
        *tickets(),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.BROKEN_PICTURE), None, 1, FAILED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, FAILED),
        Expected(Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 0, FAILED),
        Expected(Fault(base.TASK_FAILED), errors.TaskFailed, 0, FAILED),
        Expected(Fault(base.EXPIRED_URL), errors.ResultExpired, 1, FAILED),
        Expected(Fault(base.UNASKABLE, 404), errors.TaskFailed, 1, FAILED),
    ),
    edits=(Edit("bfl/flux-2-pro", references=3),),
    without={base.FEWER: "one picture a task"},
    patches={"providers.adapters.bfl.adapter.NEW_SECONDS": 0.0},
)
