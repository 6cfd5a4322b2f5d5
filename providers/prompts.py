"""What must not reach a server inside a prompt."""

from __future__ import annotations

import re

_MARK = re.compile(r"(?:<[\s/]*)?sd_cpp_extra_args(?:\s*>)?", re.IGNORECASE)


def without_server_options(text: str) -> str:
    """``text`` without the marks between which stable-diffusion.cpp's server reads options of its own.

    Whoever writes a prompt is not who runs the server. What stands between the marks stays, as words; taking one mark
    out may put the pieces of another together, so it goes on until none is left.
    """
    while (cleaned := _MARK.sub("", text)) != text:
        text = cleaned
    return text
