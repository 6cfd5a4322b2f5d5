"""What the rooms above may hear of a job without jobs knowing them."""

from __future__ import annotations

from django.dispatch import Signal

delivered = Signal()
"""A job delivered a picture: ``job`` and ``image``. Sent inside the transaction that adds it, which an error of a
receiver takes back; a receiver that has nothing to do for the job asks the database nothing."""
