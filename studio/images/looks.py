"""A file that is looked at like an upload and kept nowhere: to be told what it would be worth."""

from __future__ import annotations

from studio.accounts.actors import Actor
from studio.accounts.models import Team
from studio.images import intake, services
from studio.images.models import Blob, Image


def look_at_upload(
    *, actor: Actor, team: Team | None, data: bytes, name: str, kind: str, max_bytes: int
) -> Image:
    """The picture that ``take_upload`` would make of the file: no row, no file, only what is known of it.

    Raises what ``take_upload`` raises.
    """
    owner = services.owner_in(actor, team)
    seen = intake.prepare(data, keep_original=False, name=name, max_bytes=max_bytes, urgent=True)
    blob = Blob(
        sha256=seen.sha256,
        mime=seen.mime,
        size=len(seen.data),
        width=seen.width,
        height=seen.height,
        transparent=seen.transparent,
    )
    return Image(kind=kind, owner=owner, team=team, name=name[:200], blob=blob)
