"""An easel in the painter's place: it notes what is asked for and is done at once, with previews if they are wanted."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from providers.base import Emit, Finished, ImageRequest, Output, Partial, Usage
from providers.errors import ProviderError
from providers.painter.adapter import Painter
from tests.providers.simulators.pictures import picture

USAGE = Usage(input_text=5, input_image=7, output_image=101)


@dataclass
class Easel:
    """``early`` previews come at most; ``fails`` is raised after them."""

    asked: list[ImageRequest] = field(default_factory=list)
    early: int = 3
    fails: ProviderError | None = None

    def painted(self, request: ImageRequest, emit: Emit) -> Finished:
        self.asked.append(request)
        for index in range(request.n):
            for step in range(1, min(request.partials, self.early) + 1):
                look = picture(16, 16, (step, index, 9), "jpeg")
                emit(Partial(index, look, "image/jpeg", step, request.partials))
        if self.fails:
            raise self.fails
        kind, clear = request.output_format, request.background == "transparent"
        made = [picture(64, 48, (n, 99, 9), kind, transparent=clear) for n in range(request.n)]
        outputs = tuple(Output(data, f"image/{kind}", revised_prompt="A stair.") for data in made)
        return Finished(outputs, usage=USAGE)


@pytest.fixture
def easel(monkeypatch: pytest.MonkeyPatch) -> Easel:
    made = Easel()
    monkeypatch.setattr(Painter, "submit", lambda painter, request, emit: made.painted(request, emit))
    return made
