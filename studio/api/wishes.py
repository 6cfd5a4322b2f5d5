"""What makes one request the same as another: a hash of all that it holds, before anything of it is fetched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

LONG, PIECE = 4096, 1024 * 1024
"""Characters beyond which a text is hashed by itself, and of its pieces: of a picture in it no copy is made."""
DEPTH = 4
"""How deep in a body a picture may lie."""


def of_document(path: str, document: Mapping[str, Any]) -> str:
    """Of a JSON body, however it was written."""
    return _hash([path, _short(document)])


def _short(value: Any, depth: int = DEPTH) -> Any:
    """The same with the hash of each long text in its place, in a list, as no text stands in a body."""
    if isinstance(value, dict) and depth:
        return {name: _short(each, depth - 1) for name, each in value.items()}
    if isinstance(value, list) and depth:
        return [_short(each, depth - 1) for each in value]
    return [_of_text(value)] if isinstance(value, str) and len(value) > LONG else value


def _of_text(text: str) -> str:
    digest = hashlib.sha256()
    for start in range(0, len(text), PIECE):
        digest.update(text[start : start + PIECE].encode(errors="surrogatepass"))
    return digest.hexdigest()


def of_form(path: str, texts: Mapping[str, str], files: MultiValueDict[str, UploadedFile[Any]]) -> str:
    """Of the parts of a form, whatever separated them. The files are read, and stand at their beginning again."""
    hashes = [(name, [_of_file(file) for file in files.getlist(name)]) for name in sorted(files)]
    return _hash([path, dict(texts), hashes])


def _of_file(file: UploadedFile[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _hash(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
