"""AUTOMATIC1111's web UI: nothing costs anything, so a call whose answer is lost has failed and no more."""

from __future__ import annotations

from providers import errors
from providers.base import ImageRequest
from tests.providers.cases import FAILED, PARTIAL, Case, Edit, Expected, common
from tests.providers.simulators import base
from tests.providers.simulators.a1111 import A1111Simulator
from tests.providers.simulators.base import Fault

CASE = Case(
    simulator=A1111Simulator,
    sample=ImageRequest(model="checkpoint", prompt="a boat", n=2, client_ref="c-1"),
    model="a1111/checkpoint",
    n=2,
    faults=(
        *common(lost=FAILED),
        Expected(Fault(base.NO_IMAGE), errors.EmptyResult, 1, FAILED),
        Expected(Fault(base.FEWER), None, 1, PARTIAL),
        Expected(Fault(base.BROKEN_PICTURE), errors.AnswerLost, 1, FAILED),
    ),
    without={
        base.NO_MONEY: "a server of one's own has no wallet",
        base.MODERATED_INPUT: "it declines nothing",
        base.MODERATED_OUTPUT: "it declines nothing",
    },
    edits=(
        Edit("a1111/checkpoint"),
        Edit("a1111/checkpoint", mask=True),
        Edit("a1111/extras-upscale"),
    ),
    no_object=errors.EmptyResult,
)
