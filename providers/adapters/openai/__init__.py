"""OpenAI's Images API: generations, edits and their streams.

Facts come from seed 3 (the OpenAI-compatible gateway) for generations and from OpenAI's published SDK and API
description for edits, streams and errors; ``[?]`` marks what no source proves.
"""

from __future__ import annotations

from providers.adapters.openai.adapter import OpenAI

__all__ = ["OpenAI"]
