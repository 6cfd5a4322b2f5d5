"""OpenAI: synchronous or a stream, billed by tokens."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, PARTIAL, UNCONFIRMED, Case, Edit, Expected, common
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.openai import OpenAISimulator

CASE = Case(
    simulator=OpenAISimulator,
    sample=ImageRequest(model="gpt-image-1.5", prompt="a boat", n=2, partials=1, client_ref="c-1"),
    model="openai/gpt-image-2",
    n=2,
    faults=(
        *common(),
        Expected(Fault(base.NO_MONEY), errors.BillingError, 0, FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.FEWER), None, 1, PARTIAL),
        Expected(Fault(base.BROKEN_PICTURE), errors.AnswerLost, 1, UNCONFIRMED),
        Expected(Fault(base.MODERATED_INPUT), errors.ModerationInput, 0, FAILED),
        Expected(Fault(base.MODERATED_OUTPUT), errors.ModerationOutput, 1, FAILED),
    ),
    without={base.EXPIRED_URL: "GPT models answer with the pictures themselves"},
    edits=(Edit("openai/gpt-image-2", references=3, mask=True),),
)
