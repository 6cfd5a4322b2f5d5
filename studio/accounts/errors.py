"""What can go wrong on the way in, and in a team."""

from __future__ import annotations

from studio.core.errors import Conflict, StudioError


class LinkSpent(StudioError):
    """The link was used, is too old, was withdrawn, or never was one: nobody is told which."""

    code = "link_spent"
    status = 410


class LastOwner(Conflict):
    """The change would leave a team without an owner."""

    code = "last_owner"
