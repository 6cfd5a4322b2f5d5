"""What the frame of every page shows. Each part is read when the template asks for it, and once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache as once
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from studio.accounts.actors import Actor
from studio.accounts.models import Team, User
from studio.catalog import health
from studio.core.micros import credits_text, dollars_text
from studio.credits import selectors as credits
from studio.jobs import selectors as jobs
from studio.web.workspace import Workspace

SECTIONS = (
    ("/gallery/", "gallery"),
    ("/images/", "gallery"),
    ("/exports/", "gallery"),
    ("/credits/", "credits"),
    ("/models/", "models"),
    ("/teams/", "teams"),
    ("/account/", "account"),
    ("/manage/", "manage"),
    ("/style/", "style"),
    ("/api/", "api"),
    ("/", "studio"),
)


@dataclass(frozen=True)
class Place:
    """One line of the workspace switcher. ``id`` is empty for the personal workspace."""

    id: str
    name: str
    current: bool

    @property
    def initial(self) -> str:
        return self.name[:1].upper()

    @property
    def tint(self) -> int:
        """A colour that stays with the name."""
        return sum(self.name.encode()) % 8


def shell(request: HttpRequest) -> dict[str, Any]:
    """``nav`` and ``demo_url`` for everybody; for a signed-in person also what ``lazy`` names, as callables that a
    template runs only if it shows them."""
    nav = next(name for prefix, name in SECTIONS if request.path.startswith(prefix) or prefix == "/")
    lazy: dict[str, Callable[[], Any]] = {
        "workspace": lambda: _if_signed_in(request, lambda here: place_of(here.team, current=True)),
        "workspaces": lambda: _if_signed_in(request, places) or [],
        "balance": lambda: _if_signed_in(request, balance),
        "running_count": lambda: _if_signed_in(request, running_count) or 0,
        "vendors_down": lambda: bool(health.open_breakers()),
    }
    return {"nav": nav, "demo_url": settings.DEMO_URL, **{name: once(read) for name, read in lazy.items()}}


def shell_of(actor: Actor, wanted: str = "") -> dict[str, Any]:
    """The parts of the frame that move while a page is open, for a live message.

    ``wanted`` is the team that the browser stands in, empty for the personal workspace.
    """
    here = Workspace(actor, wanted)
    return {"balance": balance(here), "running_count": running_count(here)}


def _if_signed_in[T](request: HttpRequest, read: Callable[[Workspace], T]) -> T | None:
    here: Workspace | None = getattr(request, "workspace", None)
    if here is None or not isinstance(request.user, User):
        return None
    return read(here)


def running_count(here: Workspace) -> int:
    return jobs.open_job_count(here.actor)


def balance(here: Workspace) -> dict[str, Any]:
    """What the pill in the header shows of the account that pays here, read now and never from a cache."""
    available = credits.balance(here.account_id).available
    return {
        "credits": credits_text(available),
        "micros_title": f"{dollars_text(available)} · {available:,} micros",
        "low": available < spent_in_a_week(here.account_id),
    }


def spent_in_a_week(account_id: UUID) -> int:
    """Micros of the last seven days; up to five minutes old, because only a dot of colour hangs on it."""
    key = f"spent-in-a-week:{account_id}"
    spent: int | None = cache.get(key)
    if spent is None:
        spent = credits.spent_by([account_id], days=7).get(account_id, 0)
        cache.set(key, spent, 300)
    return spent


def place_of(team: Team | None, *, current: bool) -> Place:
    return Place(str(team.pk) if team else "", team.name if team else _("Personal"), current)


def places(here: Workspace) -> list[Place]:
    """The personal workspace, then the person's teams by name."""
    return [place_of(team, current=team == here.team) for team in (None, *here.teams)]
