"""A banded world with its ring and moon before a nebula."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, clip, length, mix, power, smooth, turn
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.scenes import sky as skies
from providers.painter.shapes import edge


def build(plan: Plan) -> Shader:
    return _Planet(plan).shade


class _Planet:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        dice = plan.dice
        self.key = dice.key("planet")
        self.size = (
            dice.real("size", 0.20, 0.29)
            * min(1.0, plan.aspect + 0.25)
            * (1.35 if "macro" in plan.reading.lenses else 1.0)
        )
        self.cx, self.cy = plan.aspect * dice.real("x", 0.36, 0.64), dice.real("y", 0.42, 0.58)
        self.tilt = dice.real("tilt", -0.5, 0.5)
        self.ringed = plan.may("ring", 0.6)
        self.moon = plan.may("moon", 0.7)
        self.earthlike = dice.chance("earth", 0.25) or "earth" in plan.reading.elements
        self.lx, self.ly, self.lz = (-0.62 if dice.chance("sun side", 0.6) else 0.62), -0.38, 0.55
        self.near, self.far, self.low, self.light, self.accent = (
            plan.rgb(r) for r in ("near", "far", "low", "light", "accent")
        )

    def space(self, x: Field, y: Field, px: float) -> Field:
        warp = noise.fbm(x * 1.4 + 0.0 * y, y * 1.4 + 0.0 * x, self.key + 5, 3) - 0.5
        cloud = noise.fbm(x * 1.7 + warp * 1.6, y * 1.7 + warp * 1.2, self.key + 6, 5)
        dust = noise.ridged(x * 2.2 + warp, y * 2.2 - warp + 0.0 * x, self.key + 7, 4)
        rgb = mix(self.plan.rgb("top"), self.plan.rgb("mid"), smooth(0.42, 0.78, cloud))
        rgb = mix(rgb, self.low, smooth(0.60, 0.92, cloud) * 0.55) * (0.55 + 0.6 * smooth(0.2, 0.8, dust))
        return np.asarray(rgb + skies.stars(x, y, px, self.key + 8) * (0.6 + 0.8 * cloud), np.float32)

    def globe(self, u: Field, v: Field) -> Field:
        nz = np.sqrt(np.maximum(1.0 - u * u - v * v, 0.0))
        a, b = turn(u, v, self.tilt)
        if self.earthlike:
            ground = noise.fbm(a * 1.6 + nz, b * 2.0 + nz * 0.6, self.key + 12, 5)
            tone = mix(
                mix(self.near, self.far, 0.35), mix(self.accent, self.far, 0.45), smooth(0.50, 0.54, ground)
            )
            clouds = noise.fbm(a * 2.2 + nz * 1.2 + ground, b * 4.4, self.key + 13, 5)
            tone = mix(tone, self.light, smooth(0.52, 0.72, clouds) * 0.85)
        else:
            swirl = noise.fbm(a * 2.2 + nz, b * 7.0, self.key + 10, 4) - 0.5
            band = noise.wander(b * 3.6 + swirl * 0.55, self.key + 11, 4, 0.62)
            tone = mix(
                mix(self.near, self.far, smooth(0.28, 0.52, band)),
                mix(self.light, self.far, 0.25),
                smooth(0.50, 0.72, band),
            )
            tone = mix(
                tone,
                self.accent,
                smooth(0.66, 0.8, noise.wander(b * 5.0 + swirl * 0.3 + 9.0, self.key + 14, 2)) * 0.5,
            )
            spot = length((a - 0.3) * 1.0, (b - 0.28) * 2.1) + swirl * 0.16
            tone = mix(tone, self.accent * 0.85, smooth(0.22, 0.16, spot) * 0.7)
        facing = u * np.float32(self.lx) + v * np.float32(self.ly) + nz * np.float32(self.lz)
        day = smooth(-0.14, 0.62, facing)
        limb = power(clip(1.0 - nz), 3.2)
        return np.asarray(tone * (0.015 + 1.05 * day) + self.light * limb * day * 0.42, np.float32)

    def shade(self, x: Field, y: Field, px: float) -> Paint:
        u, v = (
            (x - np.float32(self.cx)) / np.float32(self.size) + 0.0 * y,
            (y - np.float32(self.cy)) / np.float32(self.size) + 0.0 * x,
        )
        rgb = self.space(x, y, px)
        d = length(u, v)
        cover = edge((d - 1.0) * np.float32(self.size), px)
        halo = clip(1.0 - (d - 1.0) * 2.2) * (d > 1.0)
        rgb = rgb + mix(self.light, self.low, 0.5) * halo * halo * halo * 0.22 * smooth(
            -0.6, 0.9, u * np.float32(self.lx) + v * np.float32(self.ly)
        )
        ring, ring_rgb = self._ring(u, v)
        if self.ringed:
            rgb = mix(rgb, ring_rgb, ring)
        if float(np.max(cover)) > 0.0:
            body = self.globe(u, v)
            if self.ringed:
                a, b = turn(u - np.float32(self.lx * 0.1), v + 0.14, self.tilt)
                rho = length(a, b * 3.9)
                body = body * (1.0 - 0.55 * smooth(1.30, 1.45, rho) * smooth(2.15, 1.9, rho) * (b > 0))
            rgb = mix(rgb, body, cover)
        if self.ringed:
            _, b = turn(u, v, self.tilt)
            rgb = mix(rgb, ring_rgb, ring * (b > 0))
        subject = np.maximum(cover, ring if self.ringed else 0.0 * ring)
        if self.moon:
            mu, mv = (u + np.float32(1.75 * np.sign(self.lx))) / 0.17, (v + 1.05) / 0.17
            r = length(mu, mv)
            nz = np.sqrt(np.maximum(1.0 - r * r, 0.0))
            day = smooth(
                -0.1, 0.6, mu * np.float32(self.lx) + mv * np.float32(self.ly) + nz * np.float32(self.lz)
            )
            pits = noise.fbm(mu * 2.2, mv * 2.2, self.key + 30, 3)
            moon_cover = edge((r - 1.0) * np.float32(0.17 * self.size), px)
            rgb = mix(rgb, self.light * (0.55 + 0.6 * pits) * (0.03 + day), moon_cover)
            subject = np.maximum(subject, moon_cover)
        return Paint(rgb, subject.astype(np.float32))

    def _ring(self, u: Field, v: Field) -> tuple[Field, Field]:
        a, b = turn(u, v, self.tilt)
        rho = length(a, b * 3.9)
        grooves = noise.wander(rho * 9.0, self.key + 20, 4, 0.7)
        cover = (
            smooth(1.28, 1.34, rho)
            * smooth(2.28, 2.2, rho)
            * (0.35 + 0.65 * smooth(0.3, 0.6, grooves))
            * (1.0 - 0.9 * smooth(0.03, 0.0, np.abs(rho - 1.86)))
        )
        shadow = (
            smooth(
                0.95,
                1.15,
                length(a + np.float32(self.lx * 1.1) * 0.9, b * 1.6) + (a * np.float32(self.lx) < 0) * 0.0,
            )
            * 0.0
            + 1.0
        )
        tone = (
            mix(self.far, self.light, smooth(0.35, 0.75, grooves))
            * (0.75 + 0.25 * a * np.float32(self.lx))
            * shadow
        )
        return cover, tone
