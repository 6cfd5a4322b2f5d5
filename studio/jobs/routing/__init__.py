"""Which model does a job: chosen at first, moved on to when one is out of order, asked once more when it failed."""

from __future__ import annotations
