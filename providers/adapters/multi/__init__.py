"""One API before Google's Imagen, Black Forest Labs and fal.ai: pictures and edits, both synchronous.

Fields, models and prices come from seed 2; errors, keys and the list of models from the product's published pages;
``[?]`` marks what neither proves.
"""

from __future__ import annotations

from providers.adapters.multi.adapter import Multi

__all__ = ["Multi"]
