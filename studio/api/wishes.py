"""What makes one request the same as another: a hash of all that it holds, before anything of it is fetched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict


def of_document(path: str, document: Mapping[str, Any]) -> str:
    """Of a JSON body, however it was written."""
    return _hash([path, document])


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
