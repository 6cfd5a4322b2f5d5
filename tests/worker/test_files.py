"""The filesystem broker's messages appear whole, in order, once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from studio.celery import app


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Any]:
    assert app.conf.task_default_queue == "gesso"
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    options["control_folder"] = str(tmp_path / "control")
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.channel()


def test_nobody_sees_a_message_before_all_of_it_is_there(
    channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    replace = os.replace

    def look_first(*names: Any) -> None:
        with pytest.raises(Empty):
            channel._get("gesso")
        looked.append(names)
        replace(*names)

    monkeypatch.setattr(os, "replace", look_first)
    channel._put("gesso", {"body": "whole"})
    assert (channel._get("gesso"), len(looked)) == ({"body": "whole"}, 1)


def test_messages_come_once_and_only_from_their_own_queue(channel: Any) -> None:
    channel._put("gesso", {"body": "one"})
    channel._put("other", {"body": "two"})
    assert channel._get("gesso") == {"body": "one"}
    with pytest.raises(Empty):
        channel._get("gesso")
    assert channel._get("other") == {"body": "two"}
