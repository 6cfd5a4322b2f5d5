"""A desk to submit from: alice with credits and a project, and a paid vendor on a real socket."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from studio.accounts.actors import Actor, actor_for
from studio.accounts.models import User
from studio.credits import selectors
from studio.credits import services as credits
from studio.jobs import execution, services
from studio.jobs.models import Job, Project, Run
from studio.jobs.specs import JobSpec, ReferenceSpec
from tests.factories import make_project
from tests.providers.simulators.openai import OpenAISimulator

START = 10_000_000
SKETCH, PAINT, PRESS, PAID = "gesso/sketch", "gesso/paint", "gesso/press", "openai/gpt-image-2"
SMALL = {"size": "256x256"}


@dataclass
class Desk:
    """What a test needs to press Generate and to look at the bill."""

    actor: Actor
    payer: services.Payer
    project: Project

    def submit(self, *models: str, n: int = 1, prompt: str = "a stair", key: str = "", **more: Any) -> Run:
        """One run with a job for each model, small where the model allows it."""
        references: tuple[ReferenceSpec, ...] = more.pop("references", ())
        parameters: dict[str, str] = more.pop("parameters", {})
        extra: dict[str, str] = more.pop("extra", {})
        specs = [
            JobSpec(
                model,
                prompt,
                (SMALL if model == SKETCH else {}) | {"n": str(n)} | parameters,
                references,
                extra,
            )
            for model in models or (SKETCH,)
        ]
        return services.submit(
            actor=self.actor,
            payer=self.payer,
            project=self.project,
            specs=specs,
            key=key or uuid.uuid4().hex,
            **more,
        )

    def job(self, *models: str, **more: Any) -> Job:
        return self.submit(*models, **more).jobs.get()

    def finished(self, *models: str, **more: Any) -> Job:
        """A job that has been worked on until nothing was left to do."""
        job = self.job(*models, **more)
        execution.work()
        job.refresh_from_db()
        return job

    @property
    def balance(self) -> tuple[int, int]:
        """Available and held, in micros."""
        now = selectors.balance(self.payer.account_id)
        return now.available, now.held


def desk_of(user: User) -> Desk:
    account = credits.account_of(user=user)
    credits.grant(
        account_id=account.pk, amount=START, key=uuid.uuid4().hex, actor=None, reason="for the test"
    )
    return Desk(actor_for(user), services.Payer(account.pk), make_project(user))


@pytest.fixture
def desk(alice: User) -> Desk:
    """Inside a transaction that is rolled back: for what happens before the work."""
    return desk_of(alice)


@pytest.fixture
def busy(transactional_db: None, alice: User) -> Desk:
    """With real commits, as a worker sees them: it closes its connection while the vendor thinks."""
    return desk_of(alice)


@pytest.fixture
def vendor(settings: Any) -> Iterator[OpenAISimulator]:
    """The paid vendor's simulator, with this server's key for it."""
    with OpenAISimulator() as simulator:
        settings.PROVIDER_KEYS = {"openai": "sk-test-canary"}
        settings.PROVIDER_URLS = {"openai": simulator.url}
        yield simulator
