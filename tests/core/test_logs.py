"""What the log keeps to itself."""

from __future__ import annotations

import logging

import pytest

from studio.core.logs import RequestFilter

PICTURE = "0199c0de-7a1b-7c3d-8e4f-0123456789ab"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (f"/r/{PICTURE}/c2lnbmF0dXJlLW9mLTI4LWxldHRlcnMhIQ.png", f"/r/{PICTURE}/….png"),
        ("/reset/abcdefgh12345678/", "/reset/…/"),
        (f"/images/{PICTURE}/download", f"/images/{PICTURE}/download"),
    ],
)
def test_an_address_that_opens_something_by_itself_is_written_without_what_opens_it(
    address: str, kept: str
) -> None:
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "%s: %s", ("Not Found", address), None
    )
    assert RequestFilter().filter(record)
    assert record.getMessage() == f"Not Found: {kept}"
