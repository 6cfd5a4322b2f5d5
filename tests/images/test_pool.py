from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studio.images import pool as pool_module
from studio.images.errors import Busy, TimedOut
from studio.images.pool import Child, Pool
from tests.images.samples import file_of, png, scene

PICTURE = file_of(scene(), "PNG")
SLOW = png(8_000, 5_000)


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(1)
    yield pool
    pool.close()


def convert(pool: Pool, data: bytes = PICTURE, seconds: float = 20.0) -> dict[str, object]:
    return pool.run("convert", data, mime="image/png", format_="PNG", seconds=seconds)[0]


def child_id(pool: Pool) -> int:
    """The one child, idle or at work."""
    while not (children := [*pool._idle, *pool._busy]):
        time.sleep(0.01)
    return children[0].process.pid


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_is_kept_warm_between_tasks(pool: Pool) -> None:
    convert(pool)
    first = child_id(pool)
    convert(pool)
    assert child_id(pool) == first


def test_a_child_killed_at_work_hurts_only_its_task(pool: Pool) -> None:
    convert(pool)
    victim = child_id(pool)
    os.kill(victim, signal.SIGSTOP)
    killer = threading.Timer(0.1, os.kill, (victim, signal.SIGKILL))
    killer.start()
    with pytest.raises(TimedOut):
        convert(pool)
    assert convert(pool)["facts"] == {"width": 96, "height": 64}
    assert child_id(pool) != victim


def test_a_child_that_hangs_is_killed_when_its_seconds_are_over(pool: Pool) -> None:
    convert(pool)
    victim = child_id(pool)
    os.kill(victim, signal.SIGSTOP)
    with pytest.raises(TimedOut):
        convert(pool, seconds=0.2)
    assert not alive(victim)
    assert "facts" in convert(pool)


def test_a_child_that_hangs_before_it_read_a_large_task_is_killed_too(pool: Pool) -> None:
    convert(pool)
    os.kill(child_id(pool), signal.SIGSTOP)
    with pytest.raises(TimedOut):
        convert(pool, PICTURE + b"\0" * 5_000_000, seconds=0.2)


def test_a_child_holds_no_secret_of_the_parent_and_can_open_nothing(pool: Pool) -> None:
    os.environ["PROVIDER_TEST_KEY"] = "sk-canary"
    try:
        convert(pool)
    finally:
        del os.environ["PROVIDER_TEST_KEY"]
    process = Path(f"/proc/{child_id(pool)}")
    assert b"canary" not in (process / "environ").read_bytes()
    limits = (process / "limits").read_text()
    rows = {line[:25].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    assert rows["Max open files"] == ["3", "3"]
    assert rows["Max address space"] == [str(1 << 30), str(1 << 30)]
    assert rows["Max file size"] == ["0", "0"]
    assert int(rows["Max cpu time"][0]) <= 13


def test_a_child_that_needs_more_memory_than_it_may_have_answers_and_lives(pool: Pool) -> None:
    convert(pool)
    child = child_id(pool)
    now = Path(f"/proc/{child}/statm").read_text().split()[0]
    resource.prlimit(child, resource.RLIMIT_AS, (int(now) * resource.getpagesize() + (100 << 20), 1 << 30))
    assert convert(pool, SLOW)["error"] == "timed_out"
    assert child_id(pool) == child
    assert "facts" in convert(pool)


def test_a_child_that_uses_up_its_cpu_time_is_ended_by_the_kernel(pool: Pool) -> None:
    convert(pool)
    child = child_id(pool)
    # The hard limit stands above the ten seconds that every task is given.
    resource.prlimit(child, resource.RLIMIT_CPU, (1, 1))
    with pytest.raises(TimedOut):
        all("facts" in convert(pool, SLOW) for _round in range(20))
    assert not alive(child)


def test_a_question_that_fails_for_any_reason_leaves_no_child_behind(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert(pool)
    child = child_id(pool)

    def fail(*_question: object) -> None:
        raise KeyError("sizes")

    with monkeypatch.context() as patch:
        patch.setattr(Child, "ask", fail)
        with pytest.raises(KeyError):
            convert(pool)
    assert not pool._busy
    assert not alive(child)
    assert "facts" in convert(pool), "its place was not given back"


@pytest.mark.parametrize(
    "said",
    [
        b"{}",
        b"[1]",
        b"[" * 100_000,
        b'{"head": 1, "sizes": []}',
        b'{"head": {}, "sizes": [-1]}',
        b"\xff\xfe",
        b"",
    ],
)
def test_a_child_that_talks_nonsense_is_ended_like_one_that_died(
    said: bytes, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = len(said).to_bytes(4) + said
    monkeypatch.setattr(
        pool_module,
        "START",
        f"import sys; sys.stdout.buffer.write({words!r} * 2); sys.stdout.flush(); sys.stdin.read()",
    )
    with pytest.raises(TimedOut):
        convert(pool)
    assert not pool._busy
    assert not pool._idle


def test_where_no_process_can_be_started_it_is_said_to_be_busy(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_process(*_arguments: object, **_options: object) -> None:
        raise BlockingIOError("no more processes")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", no_process)
        with pytest.raises(Busy):
            convert(pool)
    assert "facts" in convert(pool), "its place was not given back"


def test_more_threads_than_children_wait_their_turn(pool: Pool) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _turn: convert(pool), range(24)))
    assert all("facts" in answer for answer in answers)


def test_a_closed_pool_takes_no_work_and_leaves_no_process(pool: Pool) -> None:
    convert(pool)
    child = child_id(pool)
    pool.close()
    assert not alive(child)
    with pytest.raises(Busy):
        convert(pool)


def run_script(body: str) -> subprocess.CompletedProcess[str]:
    script = textwrap.dedent(
        f"""
        import os, sys, threading
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        from studio.images import intake, pool
        PICTURE = {PICTURE!r}
        SLOW = {SLOW!r}
        """
    ) + textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True, text=True, timeout=30, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip


def pids(done: subprocess.CompletedProcess[str]) -> list[int]:
    assert done.returncode == 0, done.stderr
    return [int(pid) for pid in done.stdout.split()]


def wait_until_gone(children: list[int]) -> None:
    assert children, "there was no child to outlive anybody"
    limit = time.monotonic() + 20
    while any(alive(pid) for pid in children):
        assert time.monotonic() < limit, "a child outlived its parent"
        time.sleep(0.02)


def test_a_process_ends_at_once_with_a_decoder_at_work_in_a_thread() -> None:
    done = run_script(
        """
        intake.prepare(PICTURE, keep_original=True)
        worker = threading.Thread(target=lambda: intake.prepare(SLOW, keep_original=False), daemon=True)
        worker.start()
        while not pool.shared()._busy:
            pass
        print(*[child.process.pid for child in [*pool.shared()._busy, *pool.shared()._idle]])
        """
    )
    children = pids(done)
    assert children
    wait_until_gone(children)


def test_children_end_when_their_parent_is_killed() -> None:
    done = run_script(
        """
        intake.prepare(PICTURE, keep_original=True)
        print(*[child.process.pid for child in pool.shared()._idle], flush=True)
        os._exit(0)
        """
    )
    wait_until_gone(pids(done))


def test_a_forked_process_has_children_of_its_own() -> None:
    done = run_script(
        """
        import warnings
        warnings.simplefilter("ignore")
        intake.prepare(PICTURE, keep_original=True)
        mine = pool.shared()._idle[0].process.pid
        if os.fork() == 0:
            assert intake.prepare(PICTURE, keep_original=True).width == 96
            assert pool.shared()._idle[0].process.pid != mine
            pool.shared().close()
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
        assert intake.prepare(PICTURE, keep_original=True).width == 96
        print(mine)
        """
    )
    wait_until_gone(pids(done))
