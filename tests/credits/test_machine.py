"""The ledger against its model, on whichever database DATABASE_URL names; LEDGER_STEPS sets the size."""

from __future__ import annotations

import inspect
import os
import sys
from types import ModuleType

import pytest
from django.db import connection
from hypothesis import Phase

from studio.credits import movements, services
from tests.credits.machine import run_machine

pytestmark = pytest.mark.django_db(transaction=True)

MUTANTS = {
    "no state compare-and-set": [
        ('filter(pk=Given("id"), state=Hold.State.OPEN)', 'filter(pk=Given("id"))'),
    ],
    "no guard": [
        ("   AND available + %(available)s >= 0\n   AND held + %(held)s >= 0\n", ""),
    ],
    "no transaction": [
        ("with db.atomic():", "with __import__('contextlib').nullcontext():"),
    ],
    "no unique key": [
        ('return f"{kind}:{key}"', 'return f"{kind}:{key}:{clock.now().timestamp()}"'),
    ],
    "float money": [
        ("min(actual, found.amount)", "int(round(min(actual, found.amount) / 10_000, 2) * 10_000)"),
    ],
}


def mutated(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``services`` over ``movements``, both from their source with the mutant's edits in it."""
    made = {}
    edits = MUTANTS[name]
    sources = {module: inspect.getsource(module) for module in (movements, services)}
    assert all(any(old in source for source in sources.values()) for old, _ in edits), (
        "the source has moved on"
    )
    for module, source in sources.items():
        for old, new in edits:
            source = source.replace(old, new)
        made[module] = ModuleType(f"mutant_{module.__name__}")
        monkeypatch.setitem(sys.modules, made[module].__name__, made[module])
        exec(compile(source, made[module].__name__, "exec"), made[module].__dict__)
    for moved in ("move", "close"):
        made[services].__dict__[moved] = made[movements].__dict__[moved]
    return made[services]


def test_the_ledger_says_what_its_model_says() -> None:
    steps = int(os.environ.get("LEDGER_STEPS", "1000"))
    assert run_machine(services, steps=steps) >= steps


@pytest.mark.slow
def test_the_ledger_says_what_its_model_says_for_long() -> None:
    steps = 10_000 if connection.vendor == "sqlite" else 2_000
    assert run_machine(services, steps=steps, first_seed=1000) >= steps


@pytest.mark.parametrize("run", [0, 1, 2])
@pytest.mark.parametrize("name", MUTANTS)
def test_the_machine_catches_every_seeded_mutant(
    name: str, run: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = mutated(name, monkeypatch)
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        run_machine(ledger, steps=6000, first_seed=run, phases=(Phase.generate,))
    assert not isinstance(caught.value, KeyboardInterrupt)
    # A mutant may break off in the middle of a statement: no later test is to inherit such a connection.
    connection.close()
