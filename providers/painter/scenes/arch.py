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
    return _Arch(plan).shade


class _Arch:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dice = plan.dice
        self.floor = dice.real("floor", 0.66, 0.74)
        self.top = dice.real("wall top", 0.08, 0.24) if dice.chance("open sky", 0.65) else -0.1
        self.flip = dice.chance("flip", 0.5)
        self.side = plan.aspect * dice.real("side", 0.74, 0.86)
        self.ax, self.half = (
            plan.aspect * dice.real("arch x", 0.40, 0.56),
            dice.real("arch", 0.085, 0.13) * min(1.0, plan.aspect + 0.25),
        )
        self.rise = dice.real("arch top", 0.34, 0.44)
        self.sky, _ = skies.build(plan, self.floor * 0.88)
        self.wall, self.wall_side, self.ground = (
            plan.rgb("far"),
            plan.rgb("low"),
            mix(plan.rgb("low"), plan.rgb("far"), 0.35),
        )
        self.shadow, self.light = plan.rgb("near"), plan.rgb("light")
        self.steps = dice.whole("steps", 5, 8) if "stairs" not in plan.reading.banned else 0
        lamp = Lamp(
            -0.62, -0.58, 0.5, self.light * 0.95, mix(plan.rgb("mid"), self.light, 0.4), self.ground, 0.12
        )
        self.radius = dice.real("ball", 0.055, 0.085) * min(1.0, plan.aspect + 0.25)
        self.ball_x, self.ball_y = (
            plan.aspect * dice.real("ball x", 0.58, 0.72),
            self.floor + self.radius * 1.5,
        )
        self.ball = sphere(self.ball_x, self.ball_y, self.radius, plan.rgb("accent"), lamp, 3, 0.0, 0.25)
        self.key = dice.key("plaster")
        self.lean = dice.real("sun lean", 0.45, 0.8)

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        if self.flip:
            x = (np.float32(self.plan.aspect) - x[:, ::-1]).astype(np.float32)
            painted = self.room(np.ascontiguousarray(x), y, px)
            return Paint(
                np.ascontiguousarray(painted.rgb[:, :, ::-1]), np.ascontiguousarray(painted.subject[:, ::-1])
            )
        return self.room(x, y, px)

    def room(self, x: Field, y: Field, px: float) -> Paint:
        plaster = noise.fbm(x * 9.0 + 0.0 * y, y * 9.0 + 0.0 * x, self.key, 4) - 0.5
        rgb = self.sky(x, y + 0.0 * x, px)
        solid = edge(np.float32(self.top) - y + 0.0 * x, px)
        front = self.wall * (1.0 + plaster * 0.09) * (1.04 - 0.16 * smooth(0.0, self.floor, y))
        sun_line = (x - np.float32(self.side)) + (y - np.float32(self.top)) * np.float32(self.lean)
        front = mix(front, front * (self.shadow * 0.5 + 0.42), smooth(-0.006, 0.006, sun_line + 0.02) * 0.72)
        opening = self._arch(x - np.float32(self.ax), y, self.half)
        inner = self._arch(x - np.float32(self.ax + self.half * 0.34), y, self.half)
        through = np.maximum(opening, inner)
        reveal = mix(self.shadow, self.wall, 0.35) * (1.0 + plaster * 0.1)
        hole = edge(opening, px)
        front = mix(front, reveal, hole)
        view = mix(
            self.sky(x, np.minimum(y * 1.25, 1.0) + 0.0 * x, px),
            mix(self.plan.rgb("near"), self.plan.rgb("mid"), 0.3),
            smooth(0.0, 0.003, y - np.float32(self.floor - 0.055)) * 0.85,
        )
        front = mix(front, view, edge(through, px))
        rgb = mix(rgb, front, solid)
        return self._rest(rgb, x, y, px, plaster, solid)

    def _arch(self, dx: Field, y: Field, wide: float) -> Field:
        return np.asarray(
            np.maximum(
                length(dx, np.minimum(y - np.float32(self.rise + wide), 0.0)) - np.float32(wide),
                y - np.float32(self.floor + 0.002),
            ),
            np.float32,
        )

    def _rest(self, rgb: Field, x: Field, y: Field, px: float, plaster: Field, solid: Field) -> Paint:
        slope = (x - np.float32(self.side)) * 0.55
        return_wall = np.maximum(
            np.float32(self.side) - x,
            np.maximum(np.float32(self.top) - slope * 0.8 - y, y - np.float32(self.floor) - slope),
        )
        niche = self._niche(x, y)
        tone = mix(
            self.wall_side * (1.02 + plaster * 0.08),
            self.wall_side * (self.shadow * 0.5 + 0.4),
            edge(niche, px) * 0.8,
        )
        cover = edge(return_wall, px)
        rgb = mix(rgb, tone, cover)
        ground_line = np.float32(self.floor) + np.maximum(slope, 0.0)
        on_floor = edge(ground_line - y, px)
        tile = self.ground * (1.02 + plaster * 0.07) * (0.90 + 0.16 * smooth(self.floor, 1.0, y))
        patch = np.maximum(
            np.abs(x - np.float32(self.ax) - (y - np.float32(self.floor)) * 1.3)
            - np.float32(self.half * 0.9),
            y - np.float32(self.floor + 0.17),
        )
        tile = mix(tile, tile * (self.light * 0.35 + 0.95), smooth(0.008, -0.008, patch) * 0.5)
        cast = self._long_shadow(x, y)
        tile = mix(tile, tile * (self.shadow * 0.55 + 0.28), cast)
        rgb = mix(rgb, tile, on_floor)
        rgb = rgb * (1.0 - 0.16 * smooth(0.04, 0.0, np.abs(y - ground_line)) * on_floor)
        rgb, built = self._stairs(rgb, x, y, px)
        rgb = np.array(rgb, np.float32)
        place(rgb, self.ball.box, self.ball.draw, x, y, px)
        return Paint(rgb, np.maximum(np.maximum(solid, cover), np.maximum(on_floor, built)))

    def _niche(self, x: Field, y: Field) -> Field:
        dx = (x - np.float32(self.side + (self.plan.aspect - self.side) * 0.5)) * 1.6
        return np.asarray(np.maximum(length(dx, np.minimum(y - 0.42, 0.0)) - 0.042, y - 0.50), np.float32)

    def _long_shadow(self, x: Field, y: Field) -> Field:
        dx, dy = x - np.float32(self.ball_x), y - np.float32(self.ball_y)
        along = dx - dy * 0.3
        lean_y = dy - dx * 0.24
        body = (
            smooth(self.radius * 0.42, self.radius * 0.22, np.abs(lean_y))
            * smooth(-self.radius * 0.5, 0.0, along)
            * smooth(self.radius * 4.6, self.radius * 2.2, along)
        )
        contact = smooth(
            1.0, 0.3, length(dx / np.float32(self.radius * 0.9), dy / np.float32(self.radius * 0.22))
        )
        return clip(np.maximum(body * 0.8, contact * 0.9))

    def _stairs(self, rgb: Field, x: Field, y: Field, px: float) -> tuple[Field, Field]:
        """Steps that climb to the left along the wall."""
        built = np.zeros(rgb.shape[1:], np.float32)
        if not self.steps:
            return rgb, built
        run, lift = 0.034, 0.034
        start = self.ax - self.half - 0.05
        for n in range(self.steps, 0, -1):
            right, height = start - (n - 1) * run, self.floor + 0.03 - n * lift
            riser = np.maximum(
                np.abs(x - np.float32(right - 0.5 * run)) - np.float32(0.5 * run),
                np.maximum(np.float32(height) - y, y - np.float32(self.floor + 0.03)),
            )
            tread = np.maximum(
                np.abs(x - np.float32(right - 0.5 * run) + (y - np.float32(height)) * 0.4)
                - np.float32(0.5 * run),
                np.abs(y - np.float32(height)) - 0.007,
            )
            face = mix(self.wall, self.shadow, 0.30 + 0.05 * (n % 2))
            body, top_face = edge(riser, px), edge(tread, px)
            rgb = mix(mix(rgb, face, body), mix(self.wall, self.light, 0.45), top_face)
            built = np.maximum(built, np.maximum(body, top_face))
        return rgb, built
