"""Prepaid tasks: the wallet is debited at creation; a task that fails is refunded, so its bill is empty later."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, PARTIAL, Case, Edit, Expected, common, tickets
from tests.providers.simulators import base
from tests.providers.simulators.async_tasks import AsyncTasksSimulator
from tests.providers.simulators.base import Fault

CASE = Case(
    simulator=AsyncTasksSimulator,
    sample=ImageRequest(model="gpt-image-2", prompt="a boat", n=2, client_ref="c-1"),
    model="async_tasks/gpt-image-2",
    n=2,
    faults=(
        *common(),
        *tickets(),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.FEWER), None, 1, PARTIAL),
        Expected(Fault(base.BROKEN_PICTURE), None, 1, FAILED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 1, FAILED),
        Expected(Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 1, FAILED),
        Expected(Fault(base.TASK_FAILED), errors.TaskFailed, 1, FAILED),
        Expected(Fault(base.EXPIRED_URL), errors.ResultExpired, 1, FAILED),
    ),
    edits=(Edit("async_tasks/gpt-image-2", references=16),),
)
