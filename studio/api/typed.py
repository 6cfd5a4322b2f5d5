"""The envelope of errors that OpenAI's client reads, and that two dialects have."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import BaseModel, Field

from studio.api.errors import Told


class Problem(BaseModel):
    """What is wrong, and at which field."""

    message: str = Field(description="A sentence for people.")
    type: str
    param: str | None
    code: str = Field(description="A word for programs.")


class Error(BaseModel):
    """Every answer that is no success."""

    error: Problem


def envelope(types: Mapping[str | int, str]) -> Callable[[Told, int, str], Error]:
    """Makes the document of an error, whose type stands in ``types`` by its code or its status; the two that all
    others have are the client's fault and the server's."""

    def made(error: Told, status: int, code: str) -> Error:
        usual = "server_error" if status >= 500 else "invalid_request_error"
        kind = types.get(code) or types.get(status) or usual
        return Error(error=Problem(message=error.message, type=kind, param=error.at or None, code=code))

    return made
