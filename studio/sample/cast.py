"""Who is in the sample studio: people who cannot sign in, and the team that the person who set it up owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from studio.accounts import services as accounts
from studio.accounts import teams
from studio.accounts.actors import Actor
from studio.accounts.models import Membership, Role, Team, User
from studio.core import clock
from studio.credits import services as credits
from studio.sample import story
from studio.sample.models import Sample

DOMAIN = "sample.invalid"
"""No mail can ever be sent there (RFC 2606), and the address says what the person is."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The people by name, their team and its pool."""

    people: Mapping[str, User]
    team: Team
    pool_id: UUID

    def actor(self, name: str) -> Actor:
        """Somebody of the story as who acts; they are switched off, so no session could."""
        return Actor(user=self.people[name], roles={self.team.pk: Role.EDITOR})


def gather(owner: User, now: datetime) -> Sample:
    """The team with its people, and its pool, thirty days old; inside the caller's transaction."""
    team = teams.create(by=owner, name=story.TEAM)
    Team.objects.filter(pk=team.pk).update(pool_pays=True)
    people = [accounts.add_stand_in(name=name, email=_address(name)) for name in story.PEOPLE]
    for person in people:
        Membership.objects.create(team=team, user=person, role=Role.EDITOR)
    with clock.at(now - timedelta(days=31)):
        credits.account_of(team=team)
    sample = Sample.objects.create(owner=owner, team=team, told_at=now)
    sample.people.set(people)
    return sample


def cast_of(sample: Sample) -> Cast:
    people = {person.name: person for person in sample.people.all()}
    return Cast(people, sample.team, credits.account_of(team=sample.team).pk)


def _address(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@{DOMAIN}"
