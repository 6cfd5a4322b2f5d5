"""A banded world with its ring and moon before a nebula."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, clip, length, mix, power, smooth, turn
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.scenes import sky as skies
from providers.painter.shapes import edge


def build(plan: Plan) -> Shader:
    dice = plan.dice
    key = dice.key("planet")
    size = (
        dice.real("size", 0.20, 0.29)
        * min(1.0, plan.aspect + 0.25)
        * (1.35 if "macro" in plan.reading.lenses else 1.0)
    )
    cx, cy = plan.aspect * dice.real("x", 0.36, 0.64), dice.real("y", 0.42, 0.58)
    tilt = dice.real("tilt", -0.5, 0.5)
    ringed = plan.may("ring", 0.6)
    moon = plan.may("moon", 0.7)
    earthlike = dice.chance("earth", 0.25) or "earth" in plan.reading.elements
    lx, ly, lz = (-0.62 if dice.chance("sun side", 0.6) else 0.62), -0.38, 0.55
    near, far, low, light, accent = (plan.rgb(r) for r in ("near", "far", "low", "light", "accent"))

    def space(x: Field, y: Field, px: float) -> Field:
        warp = noise.fbm(x * 1.4 + 0.0 * y, y * 1.4 + 0.0 * x, key + 5, 3) - 0.5
        cloud = noise.fbm(x * 1.7 + warp * 1.6, y * 1.7 + warp * 1.2, key + 6, 5)
        dust = noise.ridged(x * 2.2 + warp, y * 2.2 - warp + 0.0 * x, key + 7, 4)
        rgb = mix(plan.rgb("top"), plan.rgb("mid"), smooth(0.42, 0.78, cloud))
        rgb = mix(rgb, low, smooth(0.60, 0.92, cloud) * 0.55) * (0.55 + 0.6 * smooth(0.2, 0.8, dust))
        return np.asarray(rgb + skies.stars(x, y, px, key + 8) * (0.6 + 0.8 * cloud), np.float32)

    def globe(u: Field, v: Field) -> Field:
        nz = np.sqrt(np.maximum(1.0 - u * u - v * v, 0.0))
        a, b = turn(u, v, tilt)
        if earthlike:
            ground = noise.fbm(a * 1.6 + nz, b * 2.0 + nz * 0.6, key + 12, 5)
            tone = mix(mix(near, far, 0.35), mix(accent, far, 0.45), smooth(0.50, 0.54, ground))
            clouds = noise.fbm(a * 2.2 + nz * 1.2 + ground, b * 4.4, key + 13, 5)
            tone = mix(tone, light, smooth(0.52, 0.72, clouds) * 0.85)
        else:
            swirl = noise.fbm(a * 2.2 + nz, b * 7.0, key + 10, 4) - 0.5
            band = noise.wander(b * 3.6 + swirl * 0.55, key + 11, 4, 0.62)
            tone = mix(
                mix(near, far, smooth(0.28, 0.52, band)), mix(light, far, 0.25), smooth(0.50, 0.72, band)
            )
            tone = mix(
                tone, accent, smooth(0.66, 0.8, noise.wander(b * 5.0 + swirl * 0.3 + 9.0, key + 14, 2)) * 0.5
            )
            spot = length((a - 0.3) * 1.0, (b - 0.28) * 2.1) + swirl * 0.16
            tone = mix(tone, accent * 0.85, smooth(0.22, 0.16, spot) * 0.7)
        facing = u * np.float32(lx) + v * np.float32(ly) + nz * np.float32(lz)
        day = smooth(-0.14, 0.62, facing)
        limb = power(clip(1.0 - nz), 3.2)
        return np.asarray(tone * (0.015 + 1.05 * day) + light * limb * day * 0.42, np.float32)

    def shade(x: Field, y: Field, px: float) -> Paint:
        u, v = (
            (x - np.float32(cx)) / np.float32(size) + 0.0 * y,
            (y - np.float32(cy)) / np.float32(size) + 0.0 * x,
        )
        rgb = space(x, y, px)
        d = length(u, v)
        cover = edge((d - 1.0) * np.float32(size), px)
        halo = clip(1.0 - (d - 1.0) * 2.2) * (d > 1.0)
        rgb = rgb + mix(light, low, 0.5) * halo * halo * halo * 0.22 * smooth(
            -0.6, 0.9, u * np.float32(lx) + v * np.float32(ly)
        )
        ring, ring_rgb = _ring(u, v)
        if ringed:
            rgb = mix(rgb, ring_rgb, ring)
        if float(np.max(cover)) > 0.0:
            body = globe(u, v)
            if ringed:
                a, b = turn(u - np.float32(lx * 0.1), v + 0.14, tilt)
                rho = length(a, b * 3.9)
                body = body * (1.0 - 0.55 * smooth(1.30, 1.45, rho) * smooth(2.15, 1.9, rho) * (b > 0))
            rgb = mix(rgb, body, cover)
        if ringed:
            _, b = turn(u, v, tilt)
            rgb = mix(rgb, ring_rgb, ring * (b > 0))
        subject = np.maximum(cover, ring if ringed else 0.0 * ring)
        if moon:
            mu, mv = (u + np.float32(1.75 * np.sign(lx))) / 0.17, (v + 1.05) / 0.17
            r = length(mu, mv)
            nz = np.sqrt(np.maximum(1.0 - r * r, 0.0))
            day = smooth(-0.1, 0.6, mu * np.float32(lx) + mv * np.float32(ly) + nz * np.float32(lz))
            pits = noise.fbm(mu * 2.2, mv * 2.2, key + 30, 3)
            moon_cover = edge((r - 1.0) * np.float32(0.17 * size), px)
            rgb = mix(rgb, light * (0.55 + 0.6 * pits) * (0.03 + day), moon_cover)
            subject = np.maximum(subject, moon_cover)
        return Paint(rgb, subject.astype(np.float32))

    def _ring(u: Field, v: Field) -> tuple[Field, Field]:
        a, b = turn(u, v, tilt)
        rho = length(a, b * 3.9)
        grooves = noise.wander(rho * 9.0, key + 20, 4, 0.7)
        cover = (
            smooth(1.28, 1.34, rho)
            * smooth(2.28, 2.2, rho)
            * (0.35 + 0.65 * smooth(0.3, 0.6, grooves))
            * (1.0 - 0.9 * smooth(0.03, 0.0, np.abs(rho - 1.86)))
        )
        shadow = (
            smooth(
                0.95, 1.15, length(a + np.float32(lx * 1.1) * 0.9, b * 1.6) + (a * np.float32(lx) < 0) * 0.0
            )
            * 0.0
            + 1.0
        )
        tone = mix(far, light, smooth(0.35, 0.75, grooves)) * (0.75 + 0.25 * a * np.float32(lx)) * shadow
        return cover, tone

    return shade
