"""The embedded broker keeps every message whole while several processes write and read."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from studio.worker.broker import Transport


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("in", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


def connect(folder: Path) -> Connection:
    options = {
        "data_folder_in": str(folder / "in"),
        "data_folder_out": str(folder / "in"),
        "control_folder": str(folder / "control"),
    }
    return Connection("filesystem://localhost", transport=Transport, transport_options=options)


def channel_of(connection: Connection) -> Any:
    """Kombu's types know only what every broker's channel has."""
    return connection.default_channel


def drain(channel: Any) -> list[object]:
    found = []
    while True:
        try:
            found.append(channel._get("jobs"))
        except Empty:
            return found


def test_messages_come_in_the_order_in_which_they_were_sent(folder: Path) -> None:
    with connect(folder) as connection:
        channel: Any = connection.default_channel
        for number in range(5):
            channel._put("jobs", {"number": number})
        assert drain(channel) == [{"number": number} for number in range(5)]
    assert list((folder / "in").iterdir()) == []


def test_a_queue_takes_its_own_messages_alone(folder: Path) -> None:
    with connect(folder) as connection:
        channel = channel_of(connection)
        channel._put("jobs", "one")
        channel._put("other", "two")
        assert drain(channel) == ["one"]
        assert channel._get("other") == "two"


def test_a_message_that_is_still_being_written_is_not_there_yet(folder: Path) -> None:
    (folder / "in" / "1_x.jobs.msg.unfinished").write_bytes(b"")
    with connect(folder) as connection, pytest.raises(Empty):
        channel_of(connection)._get("jobs")


def test_two_readers_and_a_writer_lose_and_double_nothing(folder: Path) -> None:
    got: list[object] = []
    written = threading.Event()

    def read() -> None:
        with connect(folder) as connection:
            channel: Any = connection.default_channel
            while not written.is_set():
                got.extend(drain(channel))
            got.extend(drain(channel))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    with connect(folder) as connection:
        for number in range(300):
            channel_of(connection)._put("jobs", number)
    written.set()
    for reader in readers:
        reader.join()
    assert sorted(map(int, map(str, got))) == list(range(300))


def test_a_table_that_another_process_is_just_making_is_waited_for(folder: Path) -> None:
    table = folder / "control" / "jobs.exchange"
    table.write_bytes(b"")
    fill = threading.Timer(0.05, lambda: table.write_bytes(b"[]"))
    with connect(folder) as connection:
        channel: Any = connection.default_channel
        assert channel.get_table("jobs") == []
        fill.start()
        channel._queue_bind("jobs", "jobs", "", "jobs")
        assert [row.queue for row in channel.get_table("jobs")] == ["jobs"]
    fill.join()
