"""Keeps what staff and team leads did."""

from __future__ import annotations

from typing import Any

from studio.accounts.models import AuditRow, User
from studio.core.context import request_id


def record(
    *,
    actor: User | None,
    action: str,
    target: object,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditRow:
    """Write one row, inside the transaction of the change itself. ``actor`` is None for a command line."""
    return AuditRow.objects.create(
        actor=actor,
        action=action,
        target=str(target)[:120],
        before=before or {},
        after=after or {},
        reason=reason,
        request_id=request_id.get(),
    )
