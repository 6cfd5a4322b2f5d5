"""Gesso: a self-hosted web studio for prompt iteration and image editing."""

from __future__ import annotations

# Every process that may publish needs the application, so it is made as soon as the package is imported.
from studio.celery import app as celery_app

__all__ = ["celery_app"]
