"""The bootstrap finds a Python that runs, or says what it found and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.studio import ROOT

TOOLS = ("sh", "awk", "cat", "cksum", "dirname", "env", "grep", "ls", "rm")
SHIM = "#!/bin/sh\necho 'the shim: command not found' >&2\nexit 127\n"
OLD = '#!/bin/sh\necho "3.9.18, too old"\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The bootstrap with empty locks, and a PATH that holds only what the test puts there."""
    for name in ("scripts", "requirements", "bin"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "scripts/venv.sh", tmp_path / "scripts")
    (tmp_path / ".python-version").write_text("3.13\n")
    (tmp_path / "requirements/app.txt").write_text("")
    for tool in TOOLS:
        path = shutil.which(tool)
        assert path, tool
        (tmp_path / "bin" / tool).symlink_to(path)
    return tmp_path


def put(checkout: Path, name: str, text: str) -> Path:
    path = checkout / "bin" / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def bootstrap(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": str(checkout / "bin"), "HOME": str(checkout), **environment}
    command = [str(checkout / "bin/sh"), "scripts/venv.sh", "app"]
    return subprocess.run(command, cwd=checkout, env=given, capture_output=True, text=True, check=False)


def test_a_shim_that_does_not_run_is_passed_over(checkout: Path) -> None:
    put(checkout, "python3.13", SHIM)
    put(checkout, "python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    done = bootstrap(checkout)
    assert done.returncode == 0, done.stderr
    made = subprocess.run(
        [checkout / ".venv/bin/python", "-c", "print('runs')"], capture_output=True, check=True
    )
    assert made.stdout == b"runs\n"


def test_the_real_interpreter_passes_and_a_second_call_does_nothing_until_the_lock_changes(
    checkout: Path,
) -> None:
    path = f"{checkout / 'bin'}{os.pathsep}/nowhere"
    first = bootstrap(checkout, PYTHON=sys.executable, PATH=path)
    assert first.returncode == 0, first.stderr
    assert "Installing" in first.stderr
    assert bootstrap(checkout).stderr == ""
    (checkout / "requirements/app.txt").write_text("# another lock\n")
    assert "Installing" in bootstrap(checkout).stderr


def test_without_a_fitting_python_it_says_what_it_found_and_what_to_do(checkout: Path) -> None:
    old = put(checkout, "python3.9", OLD)
    done = bootstrap(checkout, PYTHON=str(old))
    assert done.returncode == 1
    assert f"{old}   3.9.18, too old" in done.stderr
    for word in ("Python 3.12", "Debian", "macOS", "Docker"):
        assert word in done.stderr
    assert not (checkout / ".venv").exists()


def test_a_python_that_does_not_run_is_named_as_such(checkout: Path) -> None:
    shim = put(checkout, "python3.13", SHIM)
    done = bootstrap(checkout, PYTHON=str(shim))
    assert f"{shim}   does not run" in done.stderr
