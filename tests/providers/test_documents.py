from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from providers.http import documents

LONG = "iVBORw0KGgo" * 7000
WRITTEN = {
    "a picture among other facts": {"created": 1, "data": [{"b64_json": LONG}], "usage": {"cost": 0.5}},
    "two pictures": {"data": [{"b64_json": LONG}, {"b64_json": LONG + "A"}], "more": [LONG]},
    "a long name of a field": {LONG: {LONG: 1}},
    "quotes and backslashes in and around it": {'"': '\\"', "x\\": LONG, "y": f'"{LONG}\\', "z": "\\" * 5},
    "a long text that is no ASCII": {"prompt": LONG + "é", "data": LONG},
    "more texts than are looked at": {"words": ["a"] * 3000, "data": LONG},
    "the picture alone": LONG,
    "an empty text first": ["", LONG, ""],
}


@pytest.mark.parametrize("document", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_document_with_long_texts_is_read_as_any_other(document: Any, encoding: str) -> None:
    for ascii_alone in (True, False):
        body = json.dumps(document, ensure_ascii=ascii_alone).encode(encoding)
        assert documents.loads(body) == json.loads(body, parse_float=Decimal) == read_exactly(document)


def read_exactly(document: Any) -> Any:
    return json.loads(json.dumps(document), parse_float=Decimal)


@pytest.mark.parametrize(
    "body",
    [
        f'{{"data": "{LONG}',
        f'{{"data": "{LONG}" "b"}}',
        f'{{"data": "{LONG}\\"}}',
        f'{LONG}"{LONG}"',
        f'["{LONG}"]]',
    ],
)
def test_what_is_no_json_is_none_with_a_long_text_in_it_either(body: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        documents.loads(body.encode())


def test_a_long_text_is_taken_past_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    body, parse, parsed = json.dumps({"data": [LONG, LONG]}).encode(), json.loads, list[int]()

    def counted(text: bytes, **how: Any) -> Any:
        parsed.append(len(text))
        return parse(text, **how)

    monkeypatch.setattr(json, "loads", counted)
    documents.loads(body)
    assert parsed[0] < 200
