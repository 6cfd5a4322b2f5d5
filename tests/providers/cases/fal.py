"""fal: a queue; what its runners break is not billed, and what its models refuse may be."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, PARTIAL, Case, Edit, Expected, common, tickets
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.fal import FalSimulator

CASE = Case(
    simulator=FalSimulator,
    sample=ImageRequest(
        model="fal-ai/flux/schnell", prompt="a boat", width=64, height=64, n=2, client_ref="c-1"
    ),
    model="fal/flux-schnell",
    n=2,
    faults=(
        *common(),
        *tickets(),
        Expected(Fault(base.STATUS, 403), errors.AuthError, 0, FAILED),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.FEWER), None, 1, PARTIAL),
        Expected(Fault(base.BROKEN_PICTURE), None, 1, FAILED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 1, FAILED),
        Expected(Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 1, FAILED),
        Expected(Fault(base.TASK_FAILED), errors.TaskFailed, 0, FAILED),
        Expected(Fault(base.EXPIRED_URL), errors.ResultExpired, 1, FAILED),
        Expected(Fault(base.UNASKABLE, 404), errors.TaskFailed, 1, FAILED),
    ),
    edits=(
        Edit("fal/seedream-4-edit", references=10),
        Edit("fal/flux-kontext-pro", references=1),
        Edit("fal/ideogram-v3-edit", references=1, mask=True),
        Edit("fal/seedvr"),
        Edit("fal/bria-remove-background"),
    ),
)
