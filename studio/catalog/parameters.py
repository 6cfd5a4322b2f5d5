"""The settings of a run: their defaults, what is valid, and what comes nearest when the model changes."""

from __future__ import annotations

from studio.catalog.fields import Parameters, defaults, kind_of
from studio.catalog.switching import nearest
from studio.catalog.validation import validate

__all__ = ["Parameters", "defaults", "kind_of", "nearest", "validate"]
