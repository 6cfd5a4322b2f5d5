"""A request that works, to start from: for a shell, for Python, and for OpenAI's client where it has the call."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from studio.api.dialects import Dialect
from studio.api.endpoints import Endpoint
from studio.api.openapi import VALUE, body_example, path_of

VARIABLE = "GESSO_API_KEY"
FILE = "@"
"""What begins the name of a file, as curl has it."""


def snippets(dialect: Dialect, endpoint: Endpoint, base: str) -> Iterator[tuple[str, str]]:
    """What each is called, and its text; ``base`` is where the dialect's paths begin on this server."""
    url = _url(endpoint, base)
    yield "curl", _curl(endpoint, url, body_example(endpoint) if endpoint.body else {}, {})
    if endpoint.form_example:
        yield "curl, form", _curl(endpoint, url, {}, endpoint.form_example)
    yield "Python", _python(endpoint, url)
    if endpoint.sdk:
        yield "openai", _sdk(endpoint, f"{base}/v1")


def _url(endpoint: Endpoint, base: str) -> str:
    path = path_of(endpoint)
    for _kind, name in VALUE.findall(endpoint.path):
        path = path.replace(f"{{{name}}}", quote(str(endpoint.example.get(name, name))))
    query = f"?{urlencode(body_example(endpoint))}" if endpoint.query and endpoint.example else ""
    return f"{base}{path}{query}"


def _curl(endpoint: Endpoint, url: str, body: Mapping[str, Any], form: Mapping[str, str]) -> str:
    method = f"-X {endpoint.method} " if endpoint.method != "GET" and not body and not form else ""
    lines = [f"curl {method}{shlex.quote(url)}"]
    if not endpoint.open:
        lines.append(f'-H "Authorization: Bearer ${VARIABLE}"')
    if body:
        lines += [
            '-H "Content-Type: application/json"',
            f"-d {shlex.quote(_set_in(json.dumps(body, indent=2)))}",
        ]
    lines += [f"-F {shlex.quote(f'{name}={value}')}" for name, value in form.items()]
    return " \\\n  ".join(lines)


def _set_in(text: str) -> str:
    return text.replace("\n", "\n  ")


def _python(endpoint: Endpoint, url: str) -> str:
    given = [json.dumps(url)]
    if not endpoint.open:
        given.append(f'headers={{"Authorization": f"Bearer {{os.environ[\'{VARIABLE}\']}}"}}')
    if endpoint.body and endpoint.example:
        given.append(f"json={_written(body_example(endpoint), 4)}")
    given.append("timeout=600")
    lines = ["import os\n"] * (not endpoint.open)
    lines += ["import httpx\n", f"answer = httpx.{endpoint.method.lower()}("]
    lines += [f"    {each}," for each in given]
    return "\n".join([*lines, ")", "print(answer.raise_for_status().text[:400])"])


def _sdk(endpoint: Endpoint, base: str) -> str:
    placed = [json.dumps(endpoint.example[name]) for _kind, name in VALUE.findall(endpoint.path)]
    named = endpoint.form_example or (body_example(endpoint) if endpoint.body else {})
    given = [*placed, *(f"{name}={_argument(value)}" for name, value in named.items())]
    inside = "".join(f"    {each},\n" for each in given)
    call = (
        f"client.{endpoint.sdk}(\n{inside})" if len(given) > 1 else f"client.{endpoint.sdk}({''.join(given)})"
    )
    imports = "import os\n" + "from pathlib import Path\n" * ("=Path(" in call)
    client = f'client = OpenAI(base_url="{base}", api_key=os.environ["{VARIABLE}"])'
    rest = [
        "",
        "from openai import OpenAI",
        "",
        client,
        f"answer = {call}",
        "print(answer.model_dump_json()[:400])",
    ]
    return imports + "\n".join(rest)


def _argument(value: Any) -> str:
    if isinstance(value, str) and value.startswith(FILE):
        return f"Path({json.dumps(value.removeprefix(FILE))})"
    return _written(value, 4)


def _written(value: Any, indent: int) -> str:
    """A value of JSON as Python has it, a name to a line, set in by ``indent`` after the first."""
    if isinstance(value, dict):
        inner = indent + 4
        items = "".join(
            f"{' ' * inner}{json.dumps(name)}: {_written(each, inner)},\n" for name, each in value.items()
        )
        return f"{{\n{items}{' ' * indent}}}"
    if isinstance(value, list):
        return f"[{', '.join(_written(each, indent) for each in value)}]"
    return repr(value) if isinstance(value, bool | None) else json.dumps(value, ensure_ascii=False)
