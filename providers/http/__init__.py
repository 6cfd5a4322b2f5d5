"""HTTP to vendors and to addresses that people name; the only room that knows the HTTP library.

No redirect is followed, no cookie kept and no proxy read from the environment. A call has a deadline of our
own, since the library's timeouts start again with every byte, and an answer has a byte cap. Every failure
leaves as a ``ProviderError`` with its cause, and no key or query in either.
"""

from __future__ import annotations

from providers.http.answer import ANSWER_BYTES, Answer, parsed
from providers.http.asking import Complaint, about, asked, begun, client_of, failed, fetched, health, refused
from providers.http.client import Client, Part
from providers.http.failures import failure
from providers.http.transport import Deadline

__all__ = [
    "ANSWER_BYTES",
    "Answer",
    "Client",
    "Complaint",
    "Deadline",
    "Part",
    "about",
    "asked",
    "begun",
    "client_of",
    "failed",
    "failure",
    "fetched",
    "health",
    "parsed",
    "refused",
]
