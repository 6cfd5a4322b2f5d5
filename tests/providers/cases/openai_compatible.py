"""A gateway that speaks as OpenAI does, and with it the servers of one's own at the same wire."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, PARTIAL, UNCONFIRMED, Case, Edit, Expected, common
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.openai_compatible import OpenAICompatibleSimulator

CASE = Case(
    simulator=OpenAICompatibleSimulator,
    sample=ImageRequest(model="gpt-image-1.5", prompt="a boat", n=2, partials=1, client_ref="c-1"),
    model="openai_compatible/gpt-image-1.5",
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
    edits=(
        Edit("openai_compatible/gpt-image-1.5", references=3, mask=True),
        Edit("openai_compatible/stablediffusion", references=3),
        Edit("openai_compatible/stablediffusion-inpainting", mask=True),
        Edit("openai_compatible/sd-cpp-local", references=3, mask=True),
    ),
)
