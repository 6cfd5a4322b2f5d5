"""A browser's end of the live stream, and the server at the other."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing, suppress
from dataclasses import dataclass

from django.conf import settings

from studio.accounts.models import User
from studio.core.supervisor import listen
from tests.factories import signed_in
from tests.faults.processes import PATIENCE, environment, wait_for


@dataclass(frozen=True, slots=True)
class Message:
    id: int
    text: str


class Browser:
    """Reads the stream in a thread of its own from the moment it is made."""

    def __init__(self, port: int, user: User | None, last_seen: int | None = None) -> None:
        headers = {"Host": "localhost"}
        if user:
            headers["Cookie"] = f"sessionid={signed_in(user).cookies['sessionid'].value}"
        if last_seen is not None:
            headers["Last-Event-ID"] = str(last_seen)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.request("GET", "/events", headers=headers)
        self._response = self._connection.getresponse()
        self.status = self._response.status
        self.type = self._response.headers.get("content-type")
        self.messages: list[Message] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        number, lines = 0, list[str]()
        with suppress(OSError, http.client.HTTPException, ValueError):
            while line := self._response.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name == "id":
                    number = int(value)
                elif name == "data":
                    lines.append(value)
                elif not line.strip() and lines:
                    self.messages.append(Message(number, "\n".join(lines)))
                    lines = []

    @property
    def text(self) -> str:
        """Everything it was told so far."""
        return "\n".join(message.text for message in self.messages)

    def first(self) -> Message:
        """The present state, which comes without being asked for."""
        wait_for(lambda: self.messages, "the present state")
        return self.messages[0]

    def hears(self, text: str) -> str:
        """Wait for a message after the first that holds ``text``; the message."""
        found: list[Message] = wait_for(
            lambda: [message for message in self.messages[1:] if text in message.text], text
        )
        return found[0].text

    def ended(self) -> None:
        """Wait until the server has closed the stream."""
        wait_for(lambda: not self._thread.is_alive(), "the end of the stream")

    def close(self) -> None:
        if self._connection.sock:
            with suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._response.close()
        self._connection.close()


class Server:
    """The web process of the studio, over this test's database; ``more`` is of its environment."""

    def __init__(self, **more: str) -> None:
        # Listening begins here: nobody else can be given the port before the child is there, or be taken for it.
        with listen(0) as listener:
            self.port = int(listener.getsockname()[1])
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.live.server", str(listener.fileno())],
                cwd=settings.BASE_DIR,
                env=environment(**more),
                pass_fds=[listener.fileno()],
            )
        self._browsers: list[Browser] = []
        try:
            self._answers()
        except BaseException:
            self.stop()
            raise

    def _answers(self) -> None:
        """Wait for its first answer. Raises ConnectionError when it ends without one."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            assert connection.getresponse().status == 200

    def open(self, user: User | None, last_seen: int | None = None) -> Browser:
        """Another browser, which has got the present state if it is signed in."""
        browser = Browser(self.port, user, last_seen)
        self._browsers.append(browser)
        if browser.status == 200:
            browser.first()
        return browser

    def close_browsers(self) -> None:
        while self._browsers:
            self._browsers.pop().close()

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end, and wait for that; its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(20)
        finally:
            self._process.kill()
            self._process.wait()
