"""Every scene by the name the vocabulary gives it. One line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from providers.painter.plan import Plan, Shader
from providers.painter.scenes import (
    abstract,
    arch,
    aurora,
    bloom,
    city,
    dunes,
    forest,
    glass,
    meadow,
    pattern,
    planet,
    portrait,
    ridges,
    sea,
    still,
)

SCENES: Mapping[str, Callable[[Plan], Shader]] = {
    "ridges": ridges.build,
    "sea": sea.build,
    "dunes": dunes.build,
    "meadow": meadow.build,
    "still": still.build,
    "portrait": portrait.build,
    "city": city.build,
    "forest": forest.build,
    "aurora": aurora.build,
    "planet": planet.build,
    "pattern": pattern.build,
    "bloom": bloom.build,
    "abstract": abstract.build,
    "glass": glass.build,
    "arch": arch.build,
}
