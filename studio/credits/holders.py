"""Who has credits, for those who run the server: people and teams with their balances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Lower

from studio.accounts.models import Membership, Team, User
from studio.credits.models import Account, Hold
from studio.credits.selectors import spent_by

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Holder:
    """A person or a team. Somebody who never had credits has no account yet, and nothing in it."""

    id: int | UUID
    name: str
    about: str
    initials: str
    is_staff: bool
    available: int
    held: int
    blocked: bool
    spent: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole server in micros; ``jobs`` are those that hold something now."""

    unspent: int
    held: int
    jobs: int
    spent: int
    people: int
    teams: int


def people(query: str = "", *, page: int = 1) -> tuple[list[Holder], bool]:
    """A page of people by name or address, and whether there are more; two queries."""
    wanted = Q(name__icontains=query) | Q(email__icontains=query)
    users = User.objects.filter(wanted, is_active=True).select_related("account").order_by("email")
    found, more = _slice(users, page)
    spent = _spent(found)
    return [_holder(user, user.email, user.initials, spent) for user in found], more


def teams(query: str = "", *, page: int = 1) -> tuple[list[Holder], bool]:
    """A page of teams by name, and whether there are more; three queries."""
    named = Team.objects.filter(name__icontains=query, closed_at=None).select_related("account")
    found, more = _slice(named.order_by(Lower("name"), "pk"), page)
    spent = _spent(found)
    members = dict(Membership.objects.filter(team__in=found).values_list("team").annotate(Count("pk")))
    return [_holder(team, str(members.get(team.pk, 0)), team.name[:1].upper(), spent) for team in found], more


def totals() -> Totals:
    accounts = Account.objects.aggregate(available=Sum("available"), held=Sum("held"))
    return Totals(
        unspent=(accounts["available"] or 0) + (accounts["held"] or 0),
        held=accounts["held"] or 0,
        jobs=Hold.objects.filter(state=Hold.State.OPEN).count(),
        spent=sum(spent_by().values()),
        people=User.objects.filter(is_active=True).count(),
        teams=Team.objects.filter(closed_at=None).count(),
    )


def _slice[Row: (User, Team)](rows: QuerySet[Row], page: int) -> tuple[list[Row], bool]:
    start = (page - 1) * PAGE_SIZE
    found = list(rows[start : start + PAGE_SIZE + 1])
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE


def _account(owner: User | Team) -> Account | None:
    """The owner's account, which ``select_related`` has read."""
    return getattr(owner, "account", None)


def _spent(owners: Sequence[User] | Sequence[Team]) -> dict[UUID, int]:
    return spent_by([account.pk for owner in owners if (account := _account(owner))])


def _holder(owner: User | Team, about: str, initials: str, spent: dict[UUID, int]) -> Holder:
    account = _account(owner)
    amounts: dict[str, Any] = {"available": 0, "held": 0, "blocked": False, "spent": 0}
    if account:
        amounts = {
            "available": account.available,
            "held": account.held,
            "blocked": account.blocked,
            "spent": spent.get(account.pk, 0),
        }
    return Holder(
        owner.pk, str(owner), about, initials, isinstance(owner, User) and owner.is_staff, **amounts
    )
