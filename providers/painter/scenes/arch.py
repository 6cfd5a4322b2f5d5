"""Plain planes in sunlight: a wall with an arch, steps, a ball, one long shadow."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, clip, length, mix, smooth
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.scenes import sky as skies
from providers.painter.shapes import edge
from providers.painter.solids import Lamp, place, sphere


def build(plan: Plan) -> Shader:
    dice = plan.dice
    floor = dice.real("floor", 0.66, 0.74)
    top = dice.real("wall top", 0.08, 0.24) if dice.chance("open sky", 0.65) else -0.1
    flip = dice.chance("flip", 0.5)
    side = plan.aspect * dice.real("side", 0.74, 0.86)
    ax, half = (
        plan.aspect * dice.real("arch x", 0.40, 0.56),
        dice.real("arch", 0.085, 0.13) * min(1.0, plan.aspect + 0.25),
    )
    rise = dice.real("arch top", 0.34, 0.44)
    sky, _ = skies.build(plan, floor * 0.88)
    wall, wall_side, ground = plan.rgb("far"), plan.rgb("low"), mix(plan.rgb("low"), plan.rgb("far"), 0.35)
    shadow, light = plan.rgb("near"), plan.rgb("light")
    steps = dice.whole("steps", 5, 8) if "stairs" not in plan.reading.banned else 0
    lamp = Lamp(-0.62, -0.58, 0.5, light * 0.95, mix(plan.rgb("mid"), light, 0.4), ground, 0.12)
    radius = dice.real("ball", 0.055, 0.085) * min(1.0, plan.aspect + 0.25)
    ball_x, ball_y = plan.aspect * dice.real("ball x", 0.58, 0.72), floor + radius * 1.5
    ball = sphere(ball_x, ball_y, radius, plan.rgb("accent"), lamp, 3, 0.0, 0.25)
    key = dice.key("plaster")
    lean = dice.real("sun lean", 0.45, 0.8)

    def shade(x: Field, y: Field, px: float) -> Paint:
        if flip:
            x = (np.float32(plan.aspect) - x[:, ::-1]).astype(np.float32)
            painted = room(np.ascontiguousarray(x), y, px)
            return Paint(
                np.ascontiguousarray(painted.rgb[:, :, ::-1]), np.ascontiguousarray(painted.subject[:, ::-1])
            )
        return room(x, y, px)

    def room(x: Field, y: Field, px: float) -> Paint:
        plaster = noise.fbm(x * 9.0 + 0.0 * y, y * 9.0 + 0.0 * x, key, 4) - 0.5
        rgb = sky(x, y + 0.0 * x, px)
        solid = edge(np.float32(top) - y + 0.0 * x, px)
        front = wall * (1.0 + plaster * 0.09) * (1.04 - 0.16 * smooth(0.0, floor, y))
        sun_line = (x - np.float32(side)) + (y - np.float32(top)) * np.float32(lean)
        front = mix(front, front * (shadow * 0.5 + 0.42), smooth(-0.006, 0.006, sun_line + 0.02) * 0.72)
        opening = _arch(x - np.float32(ax), y, half)
        inner = _arch(x - np.float32(ax + half * 0.34), y, half)
        through = np.maximum(opening, inner)
        reveal = mix(shadow, wall, 0.35) * (1.0 + plaster * 0.1)
        hole = edge(opening, px)
        front = mix(front, reveal, hole)
        view = mix(
            sky(x, np.minimum(y * 1.25, 1.0) + 0.0 * x, px),
            mix(plan.rgb("near"), plan.rgb("mid"), 0.3),
            smooth(0.0, 0.003, y - np.float32(floor - 0.055)) * 0.85,
        )
        front = mix(front, view, edge(through, px))
        rgb = mix(rgb, front, solid)
        return _rest(rgb, x, y, px, plaster, solid)

    def _arch(dx: Field, y: Field, wide: float) -> Field:
        return np.asarray(
            np.maximum(
                length(dx, np.minimum(y - np.float32(rise + wide), 0.0)) - np.float32(wide),
                y - np.float32(floor + 0.002),
            ),
            np.float32,
        )

    def _rest(rgb: Field, x: Field, y: Field, px: float, plaster: Field, solid: Field) -> Paint:
        slope = (x - np.float32(side)) * 0.55
        return_wall = np.maximum(
            np.float32(side) - x, np.maximum(np.float32(top) - slope * 0.8 - y, y - np.float32(floor) - slope)
        )
        niche = _niche(x, y)
        tone = mix(
            wall_side * (1.02 + plaster * 0.08), wall_side * (shadow * 0.5 + 0.4), edge(niche, px) * 0.8
        )
        cover = edge(return_wall, px)
        rgb = mix(rgb, tone, cover)
        ground_line = np.float32(floor) + np.maximum(slope, 0.0)
        on_floor = edge(ground_line - y, px)
        tile = ground * (1.02 + plaster * 0.07) * (0.90 + 0.16 * smooth(floor, 1.0, y))
        patch = np.maximum(
            np.abs(x - np.float32(ax) - (y - np.float32(floor)) * 1.3) - np.float32(half * 0.9),
            y - np.float32(floor + 0.17),
        )
        tile = mix(tile, tile * (light * 0.35 + 0.95), smooth(0.008, -0.008, patch) * 0.5)
        cast = _long_shadow(x, y)
        tile = mix(tile, tile * (shadow * 0.55 + 0.28), cast)
        rgb = mix(rgb, tile, on_floor)
        rgb = rgb * (1.0 - 0.16 * smooth(0.04, 0.0, np.abs(y - ground_line)) * on_floor)
        rgb, built = _stairs(rgb, x, y, px)
        rgb = np.array(rgb, np.float32)
        place(rgb, ball.box, ball.draw, x, y, px)
        return Paint(rgb, np.maximum(np.maximum(solid, cover), np.maximum(on_floor, built)))

    def _niche(x: Field, y: Field) -> Field:
        dx = (x - np.float32(side + (plan.aspect - side) * 0.5)) * 1.6
        return np.asarray(np.maximum(length(dx, np.minimum(y - 0.42, 0.0)) - 0.042, y - 0.50), np.float32)

    def _long_shadow(x: Field, y: Field) -> Field:
        dx, dy = x - np.float32(ball_x), y - np.float32(ball_y)
        along = dx - dy * 0.3
        lean_y = dy - dx * 0.24
        body = (
            smooth(radius * 0.42, radius * 0.22, np.abs(lean_y))
            * smooth(-radius * 0.5, 0.0, along)
            * smooth(radius * 4.6, radius * 2.2, along)
        )
        contact = smooth(1.0, 0.3, length(dx / np.float32(radius * 0.9), dy / np.float32(radius * 0.22)))
        return clip(np.maximum(body * 0.8, contact * 0.9))

    def _stairs(rgb: Field, x: Field, y: Field, px: float) -> tuple[Field, Field]:
        """Steps that climb to the left along the wall."""
        built = np.zeros(rgb.shape[1:], np.float32)
        if not steps:
            return rgb, built
        run, lift = 0.034, 0.034
        start = ax - half - 0.05
        for n in range(steps, 0, -1):
            right, height = start - (n - 1) * run, floor + 0.03 - n * lift
            riser = np.maximum(
                np.abs(x - np.float32(right - 0.5 * run)) - np.float32(0.5 * run),
                np.maximum(np.float32(height) - y, y - np.float32(floor + 0.03)),
            )
            tread = np.maximum(
                np.abs(x - np.float32(right - 0.5 * run) + (y - np.float32(height)) * 0.4)
                - np.float32(0.5 * run),
                np.abs(y - np.float32(height)) - 0.007,
            )
            face = mix(wall, shadow, 0.30 + 0.05 * (n % 2))
            body, top_face = edge(riser, px), edge(tread, px)
            rgb = mix(mix(rgb, face, body), mix(wall, light, 0.45), top_face)
            built = np.maximum(built, np.maximum(body, top_face))
        return rgb, built

    return shade
