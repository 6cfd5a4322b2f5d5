"""API keys: made, shown once, found again by what a script sends.

A key is ``gs_live_``, eight characters that name its row, thirty-two at random and six that check the rest, so that
a scanner can tell a real one from a word that only looks alike. Kept is a keyed hash alone.
"""

from __future__ import annotations

import secrets
import string
import zlib
from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from studio.accounts.models import ApiKey, Team, User

BEGIN = "gs_live_"
NAME_LENGTH, SECRET_LENGTH, CHECK_LENGTH = 8, 32, 6
LETTERS = string.digits + string.ascii_letters
NOTED_EVERY = timedelta(minutes=1)


def make(*, owner: User, name: str, dialect: str = "openai", team: Team | None = None) -> tuple[ApiKey, str]:
    """A new key of ``owner``, and its text, which nobody can read again."""
    prefix = BEGIN + _random(NAME_LENGTH)
    body = prefix + _random(SECRET_LENGTH)
    text = body + _check(body)
    row = ApiKey.objects.create(
        owner=owner, team=team, name=name, prefix=prefix, digest=_digest(text), dialect=dialect
    )
    return row, text


def find(text: str) -> ApiKey | None:
    """The key that this text is, with its owner, while it is good; None for every other text.

    When it was last used is noted, once a minute at most.
    """
    if not _is_whole(text):
        return None
    rows = ApiKey.objects.select_related("owner", "team").filter(revoked_at=None, owner__is_active=True)
    row = rows.filter(prefix=text[: len(BEGIN) + NAME_LENGTH]).first()
    if row is None or not constant_time_compare(row.digest, _digest(text)):
        return None
    now = timezone.now()
    if row.expires_at is not None and row.expires_at <= now:
        return None
    if row.last_used_at is None or row.last_used_at < now - NOTED_EVERY:
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def _is_whole(text: str) -> bool:
    length = len(BEGIN) + NAME_LENGTH + SECRET_LENGTH
    return (
        text.isascii()
        and text.startswith(BEGIN)
        and len(text) == length + CHECK_LENGTH
        and constant_time_compare(text[length:], _check(text[:length]))
    )


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def _check(body: str) -> str:
    """The checksum of a key in six characters."""
    rest, letters = zlib.crc32(body.encode()), ""
    for _place in range(CHECK_LENGTH):
        rest, digit = divmod(rest, len(LETTERS))
        letters = LETTERS[digit] + letters
    return letters


def _digest(text: str) -> str:
    return salted_hmac("studio.accounts.keys", text, algorithm="sha256").hexdigest()
