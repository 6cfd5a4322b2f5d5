"""Many who start at one shot, in processes of their own, against the test's own database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

from django.db import connection

from studio.core.errors import StudioError
from studio.credits import services as credits

ROOT = Path(__file__).resolve().parents[2]

RACER = """
import os, sys, django
django.setup()
from django.db import connection
from uuid import UUID
from tests.credits.racing import try_hold
account_id, name, count = UUID(sys.argv[1]), sys.argv[2], int(sys.argv[3])
connection.settings_dict["NAME"] = name
shots = []
for number in range(count):
    read, write = os.pipe()
    if os.fork():
        os.close(read)
        shots.append(open(write, "w"))
        continue
    os.close(write)
    for shot in shots:
        shot.close()
    connection.ensure_connection()
    os.write(1, b"ready\\n")
    for line in open(read):
        prefix, amount = line.split()
        try:
            answer = try_hold(account_id, int(amount), f"{prefix}-p{number}")
        except Exception as error:  # Told, and not died of: whoever waits for this answer would wait for ever.
            answer = repr(error)
        os.write(1, f"{answer}\\n".encode())
    os._exit(0)
for line in sys.stdin:
    for shot in shots:
        shot.write(line)
        shot.flush()
for shot in shots:
    shot.close()
for _ in shots:
    os.wait()
"""


def try_hold(account_id: UUID, amount: int, key: str) -> str:
    """``held``, or the code of the refusal; anything but a refusal is an error of the ledger's."""
    try:
        credits.hold(account_id=account_id, amount=amount, key=key, label="")
    except StudioError as error:
        return error.code
    return "held"


class Racers:
    """Processes that wait for a starting shot each round; forks of one, so that they cost one start together."""

    def __init__(self, account_id: UUID, count: int) -> None:
        self.count = count
        name = str(connection.settings_dict["NAME"])
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_POOL": "2"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", RACER, str(account_id), name, str(count)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.answers() == ["ready"] * count

    def shoot(self, prefix: str, amount: int) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{prefix} {amount}\n")
        self.process.stdin.flush()

    def answers(self) -> list[str]:
        """One word of each, in no order."""
        assert self.process.stdout
        return [self.process.stdout.readline().strip() for _ in range(self.count)]

    def close(self) -> None:
        self.process.communicate(timeout=30)
