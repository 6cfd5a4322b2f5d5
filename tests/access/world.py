"""One of each: people in every role, and rows of every kind for them to try."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts import keys
from studio.accounts.models import ApiKey, Role, Team, User
from studio.api import ids
from studio.credits import services as credits
from studio.gallery.models import Collection, Export
from studio.images import intake, services, storage
from studio.images.models import Image
from studio.jobs.models import Run, State
from tests.access.expected import Who, Whose
from tests.access.fields import RUN
from tests.access.site import Address
from tests.factories import (
    PASSWORD,
    make_image,
    make_job,
    make_project,
    make_run,
    make_team,
    person,
    signed_in,
)
from tests.images.samples import file_of, scene

PATTERN = "the picture whose files all others share"


def _image(owner: User, team: Team | None, **fields: Any) -> Any:
    return make_image(owner, team, blob=Image.objects.get(prompt=PATTERN).blob, **fields)


def _binned(owner: User, team: Team | None, **fields: Any) -> Any:
    return _image(owner, team, binned_at=timezone.now(), **fields)


def _job(owner: User, team: Team | None, **fields: Any) -> Any:
    job = make_job(
        make_run(owner, team, **fields), state=State.FAILED, quote={"low": 1, "high": 1, "lines": []}
    )
    storage.put(storage.preview_name(job.pk, 0, 0), b"a look", durable=False)
    return job


def _collection(owner: User, team: Team | None, **fields: Any) -> Any:
    return Collection.objects.create(owner=owner, team=team, name="Stairs", **fields)


def _export(owner: User, team: Team | None, **_fields: Any) -> Any:
    export = Export.objects.create(
        owner=owner, team=team, ids=[], asked=1, key=storage.new_key(), state=Export.State.READY, size=2
    )
    storage.put(storage.export_name(export.key, export.fence), b"PK", durable=False)
    return export


def _key(owner: User, team: Team | None, **_fields: Any) -> Any:
    return keys.make(owner=owner, team=team, name="Script")[0]


@dataclass(frozen=True)
class Told:
    """A row as a program's addresses name it."""

    pk: str


def _task(owner: User, team: Team | None, **fields: Any) -> Any:
    run = _job(owner, team, origin=Run.Origin.API, **fields).run
    return Told(ids.shown("tsk", run.pk))


def _told_run(owner: User, team: Team | None, **fields: Any) -> Any:
    return Told(ids.shown("run", _job(owner, team, **fields).run_id))


def _told_picture(owner: User, team: Team | None, **fields: Any) -> Any:
    return Told(ids.shown("img", _image(owner, team, **fields).pk))


ROWS: dict[str, Callable[..., Any]] = {
    "project": make_project,
    "run": make_run,
    "job": _job,
    "image": _image,
    "binned": _binned,
    "collection": _collection,
    "export": _export,
    "key": _key,
    "task": _task,
    "told run": _told_run,
    "told picture": _told_picture,
}
"""How a row of each kind that somebody owns is made, from owner, team and visibility."""


@dataclass(frozen=True)
class World:
    """``ids`` has the row of each kind for each owner, OWNER's and, under NEIGHBOUR's name, one of theirs."""

    people: dict[Who, User]
    clients: dict[Who, Client]
    ids: dict[str, dict[Whose, object]]
    foreign: dict[str, object]
    northwind: Team
    southwind: Team

    def url(self, address: Address, kind: str, values: dict[str, object], whose: Whose) -> str:
        """The address with a row of ``kind`` in it; other parameters have a value that is there."""
        filled: dict[str, object] = {"token": "nothing", "key": "nothing", "uidb36": "1"}
        own = next(iter(address.parameters), "")
        for name, converter in address.parameters.items():
            if name == own and kind:
                filled[name] = self.ids[kind][whose]
            elif name in values:
                filled[name] = values[name]
            elif name not in filled:
                filled[name] = {"int": self.people[Who.EDITOR].pk, "uuid": uuid.UUID(int=1)}.get(
                    converter, "1"
                )
        return address.url(filled)


def build() -> World:
    """To be called in a transaction that is rolled back."""
    people: dict[Who, User] = {who: _person(who) for who in Who if who not in (Who.STRANGER, Who.KEY)}
    owner, neighbour = people[Who.OWNER], people[Who.NEIGHBOUR]
    roles = {Who.SUSPENDED: Role.EDITOR} | {Who(role.value): role for role in Role}
    northwind = make_team("Northwind", {people[who]: role for who, role in roles.items()})
    southwind = make_team("Southwind", {neighbour: Role.OWNER})
    clients = {who: _client(people.get(who), who) for who in Who}
    User.objects.filter(pk=people[Who.SUSPENDED].pk).update(is_active=False)
    _row, text = keys.make(owner=owner, name="Script")
    # Used only now, however long the tests take: that it is used again writes nothing.
    ApiKey.objects.update(last_used_at=timezone.now() + timedelta(days=1))
    clients[Who.KEY] = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {text}"})
    for who in (Who.OWNER, Who.NEIGHBOUR):
        account = credits.account_of(user=people[who]).pk
        credits.grant(account_id=account, amount=10_000_000, key=f"for {who}", actor=None, reason="to try")
    stored = services.store(intake.prepare(file_of(scene(), "PNG"), keep_original=True))
    services.add(stored=stored, owner=owner, team=None, kind=Image.Kind.OUTPUT, prompt=PATTERN)
    world = World(
        people=people,
        clients=clients,
        ids={kind: _ids(make, owner, northwind) for kind, make in ROWS.items()}
        | {
            "team": {Whose.TEAM: northwind.pk, Whose.MISSING: uuid.uuid4()},
            "person": {Whose.TEAM: people[Who.EDITOR].pk, Whose.MISSING: 999_999_999},
        },
        foreign={kind: make(neighbour, southwind).pk for kind, make in ROWS.items()} | {"team": southwind.pk},
        northwind=northwind,
        southwind=southwind,
    )
    # The first question for a price writes it down.
    clients[Who.OWNER].get(reverse("studio"))
    clients[Who.OWNER].post(reverse("price"), RUN)
    return world


def _person(who: Who) -> User:
    runs_it = who == Who.STAFF
    return person(who.title(), is_staff=runs_it, is_superuser=runs_it, welcomed_at=timezone.now())


def _client(user: User | None, who: Who) -> Client:
    """A browser that raises nothing, and that has given its password just now."""
    if user is None:
        return Client(raise_request_exception=False)
    client = signed_in(user)
    client.raise_request_exception = False
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def _ids(make: Callable[..., Any], owner: User, team: Team) -> dict[Whose, object]:
    return {
        Whose.OWN: make(owner, None).pk,
        Whose.TEAM: make(owner, team).pk,
        Whose.PRIVATE: make(owner, team, visibility="private").pk,
        Whose.MISSING: uuid.uuid4(),
    }
