"""AUTOMATIC1111's web UI and its fork Forge: a server of one's own, asked through ``/sdapi/v1``.

Facts come from the sources of both; ``[?]`` marks what was not read there.
"""

from __future__ import annotations

from providers.adapters.a1111.adapter import A1111

__all__ = ["A1111"]
