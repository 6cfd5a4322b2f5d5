"""xAI's Grok Imagine: an API like OpenAI's, with edits in JSON, shapes instead of sizes, and the cost in each answer.

Facts come from xAI's published pages; ``[?]`` marks what no source proves.
"""

from __future__ import annotations

from providers.adapters.xai.adapter import XAI

__all__ = ["XAI"]
