"""LiteLLM's proxy, the peer of the API rows: found, or installed apart from the studio, and started.

``LITELLM`` names its executable. Without it, requirements/bench.txt is installed once, into a folder of the user's
cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

from scripts.ports import kept_port
from scripts.servers import wait_until
from scripts.studio import ROOT
from studio.core.supervisor import tied_to_parent
from tests.bench.web import Web

LOCK = ROOT / "requirements" / "bench.txt"
INSTALL_SECONDS = 600
MODEL = "picture"


class Missing(Exception):
    """The peer is not here, and why it could not be brought."""


def executable() -> str:
    """Where the proxy lies; installed first if need be, which takes a minute or two. Raises Missing."""
    if named := os.environ.get("LITELLM"):
        if not os.access(named, os.X_OK):
            raise Missing(f"LITELLM is set to {named}, which cannot be run")
        return named
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "gesso-bench")
    folder = cache / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    stamp = folder / ".installed"
    if not stamp.exists():
        _install(folder)
        stamp.touch()
    return str(folder / "bin" / "litellm")


def _install(folder: Path) -> None:
    print(f"Installing {LOCK.relative_to(ROOT)} for the peer; once.", file=sys.stderr, flush=True)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [*pip, "--no-deps", "--require-hashes", "-r", str(LOCK)],
    )
    try:
        for step in steps:
            subprocess.run(step, check=True, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise Missing(f"requirements/bench.txt could not be installed ({type(error).__name__})") from error


@contextlib.contextmanager
def serving(upstream: int) -> Iterator[tuple[Web, str]]:
    """The proxy in front of the upstream's port, one worker, no database; and the key it takes. Raises Missing."""
    command, key = executable(), f"sk-{secrets.token_hex(16)}"
    config = {
        "model_list": [{"model_name": MODEL, "litellm_params": {
            "model": "openai/gpt-image-1", "api_key": "sk-bench", "api_base": f"http://127.0.0.1:{upstream}/v1",
        }}],
        "general_settings": {"master_key": key, "disable_spend_logs": True},
        "litellm_settings": {"num_retries": 0, "request_timeout": 120},
    }  # fmt: skip
    told = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "PATH": os.environ["PATH"]}
    with (
        tempfile.TemporaryDirectory(prefix="gesso-peer-", ignore_cleanup_errors=True) as folder,
        kept_port() as port,
    ):
        # JSON is YAML.
        path = Path(folder, "config.yaml")
        path.write_text(json.dumps(config))
        options = ["--host", "127.0.0.1", "--port", str(port), "--num_workers", "1", "--telemetry", "False"]
        process = subprocess.Popen(
            [command, "--config", str(path), *options],
            cwd=folder,
            env=told | {"HOME": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=tied_to_parent(signal.SIGKILL),
        )
        try:
            wait_until(HTTPConnection("127.0.0.1", port, timeout=30).connect, ConnectionError)
            yield Web(process.pid, port), key
        except ConnectionError as error:
            raise Missing("it did not begin to answer within 30 seconds") from error
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
