"""Any other server that speaks the Images API: a gateway, or a server of one's own without a key and a price."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from providers import errors, wire
from providers.adapters.openai.adapter import OpenAI
from providers.adapters.openai.answer import complaint
from providers.adapters.openai.local import call_of as local_call_of
from providers.adapters.openai.local import with_seeds
from providers.adapters.openai.request import Call, call_of
from providers.base import Emit, Finished, ImageRequest
from providers.http import Answer, Complaint, Deadline
from providers.prompts import without_server_options

OPENAIS = ("gpt-", "chatgpt-", "dall-e-")
"""How the models begin that take OpenAI's parameters wherever they are served (seed 3)."""
LOADING_SECONDS = 10.0


class OpenAICompatible(OpenAI):
    """The server at ``config.url``, which ends as its Images API's does (``…/v1``); the key is sent where one is set.

    What a call costs there is its owner's to say, and nothing is idempotent. Results may lie at OpenAI's own host,
    on one that the server's owner allows, or at an address of which only the path can be believed.
    """

    facts = replace(OpenAI.facts, address="", needs_key=False, needs_url=True)

    def submit(self, request: ImageRequest, emit: Emit) -> Finished:
        """One call, which a gateway may bill."""
        return with_seeds(super().submit(request, emit), request)

    def _call(self, request: ImageRequest) -> Call:
        """The prompt is cleaned whatever the model is called: stable-diffusion.cpp answers to every name."""
        cleaned = replace(
            request,
            prompt=without_server_options(request.prompt),
            negative_prompt=without_server_options(request.negative_prompt),
        )
        if not cleaned.prompt.strip():
            raise errors.InvalidRequest("Nothing is left of this prompt that may be sent.")
        return call_of(cleaned) if request.model.startswith(OPENAIS) else local_call_of(cleaned)

    def _proof(self) -> dict[str, str]:
        self._config.require_address()
        return self._config.bearer() if self._config.key else {}

    def _fetched(self, url: str, deadline: Deadline) -> tuple[bytes, str]:
        return self._client.download(self._client.reachable(url), deadline=deadline)

    def _error(self, answer: Answer) -> errors.ProviderError:
        problem = super()._error(answer)
        if not wire.still_loads(problem.status, problem.message):
            return problem
        wait = LOADING_SECONDS if problem.retry_after is None else problem.retry_after
        return errors.NotReady(
            problem.message, status=problem.status, vendor_ref=problem.vendor_ref, retry_after=wait
        )

    def _complaint(self, document: Any) -> Complaint:
        return complaint(_as_openai_tells(document))


def _as_openai_tells(document: Any) -> Any:
    """The shapes of an error, as one.

    ``{"error": {message, code}}`` with a number for a code (LocalAI, vLLM), ``{"error": "words"}`` and
    ``{"error": "a_code", "message": "words"}`` (stable-diffusion.cpp), ``{"message"}`` or ``{"detail"}`` alone.
    """
    if not isinstance(document, dict):
        return document
    error = document.get("error")
    beside = document.get("message") or document.get("detail")
    if isinstance(error, dict):
        code = error.get("code")
        return {"error": {**error, "code": str(code) if isinstance(code, int) else code}}
    if beside is None:
        return document
    return {"error": {"message": beside, "code": error if isinstance(error, str) else None}}
