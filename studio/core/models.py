"""Two tables that every room may lean on: what happened lately, and who does periodic work."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """A hint that something visible changed, read by every web process; its id is the version they poll.

    Written in the transaction of the change itself, so it is never seen before the change is.
    Rows are pruned after an hour: a browser that was away longer is sent the present state.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=64)
    topic = models.CharField(max_length=32)
    ref = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.channel} {self.topic} {self.ref}"


class Lease(models.Model):
    """Periodic work has one holder at a time; who renews in time keeps it."""

    name = models.CharField(max_length=64, primary_key=True)
    holder = models.CharField(max_length=64)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} by {self.holder}"
