"""Replicate: predictions; one that failed before there was a picture is not billed."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, PARTIAL, Case, Edit, Expected, common, tickets
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.replicate import ReplicateSimulator

CASE = Case(
    simulator=ReplicateSimulator,
    sample=ImageRequest(
        model="black-forest-labs/flux-schnell", prompt="a boat", n=2, aspect_ratio="1:1", client_ref="c-1"
    ),
    model="replicate/flux-schnell",
    n=2,
    faults=(
        *common(),
        *tickets(),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.FEWER), None, 1, PARTIAL),
        Expected(Fault(base.BROKEN_PICTURE), None, 1, FAILED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, FAILED),
        Expected(Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 1, FAILED),
        Expected(Fault(base.TASK_FAILED), errors.TaskFailed, 0, FAILED),
        Expected(Fault(base.EXPIRED_URL), errors.ResultExpired, 1, FAILED),
        Expected(Fault(base.UNASKABLE, 404), errors.TaskFailed, 1, FAILED),
    ),
    edits=(Edit("replicate/flux-2-pro", references=8), Edit("replicate/flux-kontext-pro")),
)
