"""A document's curl, sent as it is written: only the host and the key are ours."""

from __future__ import annotations

import re
import shlex
from urllib.parse import urlsplit

import httpx

FORM = "application/x-www-form-urlencoded"
"""What curl calls the data of -d, where nothing else is said."""


def sent(command: str, *, base: str, key: str) -> httpx.Response:
    """What comes back for this command: its host replaced by ``base``, and a ``$VARIABLE`` in a header by the key.

    Of curl it knows what the documents use: -X, -H and -d, over several lines.
    """
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    method, url, data, headers = "", "", "", dict[str, str]()
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _colon, value = next(words).partition(":")
                headers[name] = re.sub(r"\$[A-Z_]+", key, value.strip())
            case "-d":
                data = next(words)
                headers.setdefault("Content-Type", FORM)
            case _:
                assert word.startswith(("https://", "http://")), word
                url = base + urlsplit(word).path
    if data and any(name.lower() == "content-type" and value != FORM for name, value in headers.items()):
        headers = {name: value for name, value in headers.items() if value != FORM}
    return httpx.request(
        method or ("POST" if data else "GET"), url, headers=headers, content=data, timeout=60, trust_env=False
    )
