"""Every scene by the name the vocabulary gives it. One line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from providers.painter.plan import Plan, Shader
from providers.painter.scenes import abstract, ridges, sea

SCENES: Mapping[str, Callable[[Plan], Shader]] = {
    "ridges": ridges.build, "sea": sea.build, "dunes": ridges.build, "meadow": ridges.build, "still": abstract.build, "portrait": abstract.build,
    "city": ridges.build, "forest": ridges.build, "aurora": ridges.build, "planet": abstract.build, "pattern": abstract.build,
    "bloom": abstract.build, "abstract": abstract.build, "glass": abstract.build, "arch": abstract.build,
}
