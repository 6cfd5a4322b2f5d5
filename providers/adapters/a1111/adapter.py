"""The adapter: one call that lasts as long as the painting, and looks at it from beside."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from typing import Any

from providers import errors, wire
from providers.adapters.a1111.answer import Found, complaint, found_in, names_of, was_stopped
from providers.adapters.a1111.beside import Watch, waited_for
from providers.adapters.a1111.request import CURRENT, UPSCALER, Call, call_of
from providers.base import Config, Emit, Facts, Finished, Health, ImageRequest, Listed, Synchronous
from providers.http import ANSWER_BYTES, Answer, Client, Deadline, health, refused
from providers.listing import listed

NOWHERE = "https://a1111.invalid"
LOOK_SECONDS, CHECK_SECONDS, LOADING_SECONDS = 5.0, 15.0, 10.0


class A1111(Synchronous):
    """The server at ``config.url``, begun with ``--api``; the key is ``user:password`` where it wants one.

    It paints for nothing, one task after the other, so a call may wait for others first. A task cannot be stopped:
    ``interrupt`` stops whichever runs, which may be somebody else's by the time it arrives, so it is never sent.
    A job that is cancelled here is left to itself there.
    """

    facts = Facts(needs_key=False, needs_url=True, free=True, billed_when_cancelled=False)

    def __init__(self, config: Config) -> None:
        self._config = config
        self._basic = base64.b64encode(config.key.encode()).decode() if config.key else ""
        self._client = Client(
            config.url or NOWHERE,
            secrets=(config.key, self._basic, config.key.partition(":")[2]),
            trusted_hosts=config.hosts,
        )

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        """One call. Events are emitted from the thread that calls."""
        task = f"task(gesso-{request.client_ref or uuid.uuid4().hex})"
        call, deadline = call_of(request, task), Deadline(request.deadline_seconds)
        if call.checkpoint:
            self._refuse_unless_known(call.checkpoint, deadline)
        watch = Watch(request, emit, lambda last: self._progress(task, last))
        found = waited_for(lambda: self._painted(call, request.n, deadline), watch.look)
        if found.begun and was_stopped(self._state(), found.begun):
            raise errors.TaskFailed("Somebody stopped this picture at the server before it was finished.")
        return Finished(found.outputs)

    def check(self) -> Health:
        """Asks for the settings, which name the checkpoint."""
        return health(self._loaded)

    def _loaded(self) -> str:
        options = self._asked("GET", "/sdapi/v1/options", Deadline(CHECK_SECONDS))
        name = options.get("sd_model_checkpoint") if isinstance(options, dict) else None
        words = self._client.redacted(name)
        return f"It answers, with {words}." if words else "It answers."

    def models(self) -> Sequence[Listed]:
        """The checkpoints that lie on the server, and what it does whichever of them is loaded."""
        there = self._asked("GET", "/sdapi/v1/sd-models", Deadline(CHECK_SECONDS))
        return (Listed(CURRENT), Listed(UPSCALER), *listed(there, key="model_name"))

    def _painted(self, call: Call, n: int, deadline: Deadline) -> Found:
        cap = ANSWER_BYTES * (n + 1)
        document = self._asked("POST", call.path, deadline, call.document, cap)
        return found_in(document, n)

    def _refuse_unless_known(self, checkpoint: str, deadline: Deadline) -> None:
        """The server would take one that it has in place of a name that it does not know, and not say so."""
        if checkpoint not in names_of(self._asked("GET", "/sdapi/v1/sd-models", deadline)):
            raise errors.ModelUnavailable("The server has no checkpoint of this name.")

    def _progress(self, task: str, last: int) -> Any:
        """What it says of this task; None where it does not answer, since nothing hangs on it."""
        asked = {"id_task": task, "id_live_preview": last, "live_preview": True}
        return self._glanced("POST", "/internal/progress", asked)

    def _state(self) -> Any:
        return self._glanced("GET", "/sdapi/v1/progress?skip_current_image=true")

    def _glanced(self, method: str, path: str, document: dict[str, Any] | None = None) -> Any:
        try:
            return self._asked(method, path, Deadline(LOOK_SECONDS), document)
        except errors.ProviderError:
            return None

    def _asked(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        document: dict[str, Any] | None = None,
        cap: int = ANSWER_BYTES,
    ) -> Any:
        with self._client.send(
            method, path, deadline=deadline, headers=self._headers(), document=document, cap=cap
        ) as answer:
            if answer.status != 200:
                raise self._error(answer)
            return answer.json()

    def _headers(self) -> dict[str, str]:
        self._config.require_address()
        return {"Authorization": f"Basic {self._basic}"} if self._basic else {}

    def _error(self, answer: Answer) -> errors.ProviderError:
        """The failure that an HTTP error tells of."""
        problem = refused(self._client, answer, complaint)
        if wire.still_loads(answer.status, problem.message):
            wait = LOADING_SECONDS if problem.retry_after is None else problem.retry_after
            return errors.NotReady(problem.message, status=answer.status, retry_after=wait)
        if (answer.status, problem.message) == (404, "Not Found"):
            problem.message = "The server has no such page. It must be started with --api."
        return problem
