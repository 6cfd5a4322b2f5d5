"""OpenAI's Images API: generations, edits and their streams, at OpenAI and wherever else it is spoken.

Facts come from seed 3 (the OpenAI-compatible gateway) for generations, from OpenAI's published SDK and API
description for edits, streams and errors, and from the documents and sources of LocalAI and stable-diffusion.cpp for
those two; ``[?]`` marks what no source proves.
"""

from __future__ import annotations

from providers.adapters.openai.adapter import OpenAI
from providers.adapters.openai.compatible import OpenAICompatible

__all__ = ["OpenAI", "OpenAICompatible"]
