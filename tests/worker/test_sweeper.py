"""What a worker process does from time to time, whatever goes wrong in between."""

from __future__ import annotations

from typing import Any

import pytest

from studio.jobs import holding, presence
from studio.worker import sweeper


@pytest.mark.django_db
def test_a_sweep_that_breaks_stops_neither_the_heartbeat_nor_the_leases(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    def broken(*given: Any) -> None:
        raise RuntimeError("the books do not add up")

    monkeypatch.setattr(presence, "beat", broken)
    monkeypatch.setattr(holding, "heartbeat", lambda: told.append("leases"))
    monkeypatch.setattr(sweeper, "sweep_if_chosen", lambda: told.append("sweep"))
    monkeypatch.setattr(sweeper, "sweep_files_if_chosen", lambda: told.append("files"))
    sweeper.tick((*sweeper.heartbeats(), *sweeper.chores()), {})
    assert told == ["leases", "sweep", "files"]
    assert "the books do not add up" in caplog.text
