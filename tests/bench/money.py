"""5c: hold and settle on one hot account, SQLite WAL NORMAL, eight threads; the floor is raw SQL of the same shape."""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.bench.ground import person_with_credits, prepare
from tests.bench.result import Result, tell

THREADS = 8
SECONDS = 5.0


class Load:
    """Eight threads that do ``pair`` until the time is up."""

    def __init__(self, pair: Callable[[], None], locked: type[Exception]) -> None:
        self.pair, self.locked_error = pair, locked
        self.pairs = self.locked = 0
        self.longest = 0.0
        self.guard = threading.Lock()

    def work(self, ends: float) -> None:
        while (began := time.perf_counter()) < ends:
            try:
                self.pair()
                ok = True
            except self.locked_error:
                ok = False
            took = time.perf_counter() - began
            with self.guard:
                self.pairs += ok
                self.locked += not ok
                self.longest = max(self.longest, took)

    def per_second(self) -> float:
        ends = time.perf_counter() + SECONDS
        threads = [threading.Thread(target=self.work, args=(ends,)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.pairs / SECONDS


def ours() -> Load:
    from django.db import OperationalError

    from studio.credits import services as credits

    _user, account = person_with_credits()

    def pair() -> None:
        key = uuid.uuid4().hex
        credits.hold(account_id=account, amount=30_000, key=key, label="#1 a stair")
        credits.settle(key=key, actual=20_000)

    return Load(pair, OperationalError)


def floor(path: Path) -> Load:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA journal_mode=WAL;"
            "CREATE TABLE account (id INTEGER PRIMARY KEY, available INTEGER, held INTEGER);"
            "CREATE TABLE entry (key TEXT PRIMARY KEY, account INTEGER, amount INTEGER);"
            "INSERT INTO account VALUES (1, 1000000000000, 0);"
        )
    local = threading.local()

    def step(available: int, held: int) -> None:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(path, isolation_level=None, timeout=20)
            local.connection.execute("PRAGMA synchronous=NORMAL")
        local.connection.execute("BEGIN IMMEDIATE")
        local.connection.execute(
            "UPDATE account SET available = available + ?, held = held + ? WHERE id = 1 AND available + ? >= 0",
            (available, held, available),
        )
        local.connection.execute("INSERT INTO entry VALUES (?, 1, ?)", (uuid.uuid4().hex, available))
        local.connection.execute("COMMIT")

    def pair() -> None:
        step(-30_000, 30_000)
        step(10_000, -30_000)

    return Load(pair, sqlite3.OperationalError)


def main() -> None:
    prepare()
    from django.conf import settings

    raw = floor(Path(settings.DATA_DIR) / "floor.sqlite3")
    raw_speed = raw.per_second()
    load = ours()
    speed = load.per_second()
    tell(
        Result(
            "5c",
            "hold + settle, one hot account, SQLite, 8 threads",
            ">= 0.10 of raw, 0 locked",
            f"{speed:.0f}/s, {load.locked} locked",
            f"{raw_speed:.0f}/s raw SQL",
            speed / raw_speed,
        )
    )
    tell(Result("5c", "longest wait of one pair", "said", f"{load.longest:.2f} s", f"{raw.longest:.2f} s"))


if __name__ == "__main__":
    main()
