"""How this door gets a row: only through here, by the key that asks."""

from __future__ import annotations

from datetime import datetime

from studio.accounts.models import ApiKey
from studio.jobs.models import Project, Run


def same_wish(key: ApiKey, project: Project, *, wish: str, since: datetime) -> Run | None:
    """The project's newest run that this very key asked for since then, in words whose hash is ``wish``."""
    lately = Run.objects.filter(project=project, created_at__gt=since, body_hash=wish)
    return lately.filter(key__startswith=f"{key.prefix}:").order_by("-number").first()
