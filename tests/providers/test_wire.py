"""Server-sent events, Retry-After and redaction, against texts as vendors write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import wire
from providers.wire import EventParser, ServerSentEvent, redact, retry_after, sentence
from tests.providers.simulators.pictures import jpeg, png, webp

STREAM = (
    ": keep-alive\r\n\r\n"
    'event: first\r\ndata: {"a":\r\ndata: 1}\r\n\r\n'
    "id: 7\nretry: 100\nevent: second\ndata:zwölf 🎨\n\n"
    "event: empty\n\n"
    "data: [DONE]\r\r"
).encode()
EVENTS = [
    ServerSentEvent("first", '{"a":\n1}'),
    ServerSentEvent("second", "zwölf 🎨"),
    ServerSentEvent("", "[DONE]"),
]


def parse(chunks: list[bytes]) -> list[ServerSentEvent]:
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)] + list(parser.close())


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_a_stream_reads_the_same_wherever_its_chunks_are_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    assert parse([STREAM[a:b] for a, b in pairwise(edges)]) == EVENTS


def test_a_stream_reads_the_same_byte_by_byte() -> None:
    assert parse([bytes([byte]) for byte in STREAM]) == EVENTS


def test_a_last_event_without_its_blank_line_still_counts() -> None:
    assert parse([b"event: done\ndata: 1"]) == [ServerSentEvent("done", "1")]


def test_an_event_cut_off_before_its_data_is_none() -> None:
    assert parse([b"event: done\n"]) == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "20"}, 1.5),
        ({"retry-after": "99999999"}, 900.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 99 Foo 2015 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_capped(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers) == seconds


def test_retry_after_as_a_date_to_come_is_the_time_until_then() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    wait = retry_after({"retry-after": date})
    assert wait is not None
    assert 0 < wait <= 60


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Incorrect API key provided: sk-proj-abc_DEF-123456.", "Incorrect API key provided: [hidden]."),
        ("see https://host/a/b?key=AIzaSecret&x=1 now", "see https://host/a/b now"),
        ("see https://user:pass@host/a#frag", "see https://host/a"),
        ("my-canary failed", "[hidden] failed"),
        ("a plain sentence?", "a plain sentence?"),
    ],
)
def test_no_key_and_no_query_survives_redaction(text: str, shown: str) -> None:
    assert redact(text, ["my-canary"]) == shown


def test_a_key_with_a_line_end_is_hidden_in_its_escaped_form_too() -> None:
    assert "canary" not in redact(r"Illegal header value b'Bearer canary\n'", ["canary\n"])


def test_a_vendors_sentence_is_one_line_of_at_most_500_characters() -> None:
    assert sentence("a\n\tb\x00c") == "a b c"
    assert len(sentence("x" * 9000)) == 500
    assert sentence({"not": "text"}) == ""


@pytest.mark.parametrize(
    ("told", "micros"),
    [
        (Decimal("3.0"), 30_000),
        (Decimal("0.1"), 1_000),
        (Decimal("1.00001"), 10_001),
        (3, 30_000),
        ("50.0000", 500_000),
        (" 7 ", 70_000),
        (0, 0),
    ],
)
def test_a_vendors_money_becomes_whole_micros_rounded_up(told: object, micros: int) -> None:
    assert wire.micros(told, 10_000) == micros


@pytest.mark.parametrize(
    "told", [None, True, 0.1, "", "free", "NaN", "-1", "Infinity", Decimal("1e999"), 10**9, []]
)
def test_money_that_nobody_pays_or_that_went_through_a_float_is_none(told: object) -> None:
    assert wire.micros(told, 10_000) is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png(8, 8, (1, 2, 3)), "image/png"),
        (jpeg(8, 8, (1, 2, 3)), "image/jpeg"),
        (webp(8, 8, (1, 2, 3)), "image/webp"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "image/avif"),
        (b"<svg/>", "image/svg+xml"),
        (b'\xef\xbb\xbf \n<?xml version="1.0"?><!-- by hand --><SVG/>', "image/svg+xml"),
        (b"<?xml version='1.0'?><Error/>", ""),
        (b"<!doctype html><svg/>", ""),
        (b"", ""),
        (b"GIF89a", ""),
    ],
)
def test_a_pictures_kind_is_what_its_first_bytes_tell(data: bytes, kind: str) -> None:
    assert wire.picture_type(data) == kind
