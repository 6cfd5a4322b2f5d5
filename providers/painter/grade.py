"""The changes an edit makes, in tiles of rows."""

from __future__ import annotations

import numpy as np

from providers.painter import light, plan as plans, references, styles, tiles, weather
from providers.painter.commission import Commission
from providers.painter.encode import Pixels
from providers.painter.light import luminance
from providers.painter.maths import Field, mix
from providers.painter.words import Reading


def apply(before: Pixels, reading: Reading, commission: Commission, weight: Field | None) -> tuple[Pixels, str]:
    """The picture after the words; and the sentence that says how they were read."""
    height, width = before.shape[:2]
    plan = plans.make(reading, commission.seed, width / height, references.hints(commission.references))
    after = np.empty_like(before)
    for top, rows in tiles.tiles(width, height):
        x, y = tiles.coordinates(width, top, rows, height)
        rgb = light.decode(before[top:top + rows])
        tone = luminance(rgb)
        tinted = mix(plan.rgb("dark"), plan.rgb("light"), np.sqrt(tone)) * 0.5 + plan.rgb("mid") * tone
        rgb = mix(rgb, tinted.astype(np.float32), 0.45)
        for kind in reading.weather:
            rgb = weather.fall(kind, rgb, x, y, 1.0 / height, plan.dice.key("weather"), False)
        rgb = styles.apply(reading.style, rgb, x, y, 1.0 / height, plan.dice.key("style"), plan.rgb("dark"))
        after[top:top + rows] = light.to_bytes(rgb, top, 0.004, plan.dice.key("grain"))
    return after, reading.summary()
