"""A program that only asks: nothing is painted, and all is rolled back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from studio.accounts.models import User
from studio.api import ids
from studio.jobs.models import Job, Run
from tests.factories import make_image
from tests.jobs.conftest import START, Desk

BASE = "/d/async"
TEXT, IMAGE = "/images/generations", "/images/image-to-image"
LEAST: dict[str, Any] = {"prompt": "a stair"}


@dataclass
class Asker:
    """``owner`` is whose key it has, ``desk`` what its tasks are paid from."""

    client: Client
    desk: Desk
    owner: User

    def post(self, body: dict[str, Any], path: str = TEXT) -> Any:
        return self.client.post(f"{BASE}/v1{path}", body, content_type="application/json")

    def job(self, path: str = TEXT, **wish: Any) -> Job:
        """The job of a task that was begun."""
        answer = self.post(LEAST | wish, path)
        assert answer.status_code == 202, answer.content
        return Job.objects.select_related("run").get()

    def refusal(self, path: str = TEXT, **wish: Any) -> tuple[int, str]:
        """Status and code of a wish that is refused, and costs nothing."""
        body = {name: value for name, value in (LEAST | wish).items() if value is not ...}
        answer = self.post(body, path)
        assert (Run.objects.count(), self.desk.balance) == (0, (START, 0)), answer.content
        document = answer.json()
        assert list(document) == ["error"]
        assert sorted(document["error"]) == ["code", "message"]
        return answer.status_code, document["error"]["code"]

    def artifact(self) -> dict[str, str]:
        return {"type": "artifact", "artifact_id": ids.shown("art", make_image(self.owner).pk)}
