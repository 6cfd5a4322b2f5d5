"""Google's Gemini API: Gemini image models (``:generateContent``) and Imagen (``:predict``).

Facts come from Google's published SDK and pages; ``[?]`` marks what no source proves. Vertex AI, with projects and
OAuth, is another API and not spoken here.
"""

from __future__ import annotations

from providers.adapters.google.adapter import Google

__all__ = ["Google"]
