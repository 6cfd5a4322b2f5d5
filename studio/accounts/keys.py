"""API keys: made, shown once, found again by what a script sends, and revoked.

A key is ``gs_live_``, eight characters that name its row, thirty-two at random and six that check the rest, so that
a scanner can tell a real one from a word that only looks alike. Kept is a keyed hash alone.
"""

from __future__ import annotations

import secrets
import string
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from studio.accounts import audit
from studio.accounts.models import ApiKey, Dialect, Membership, Scope, Team, User, every_scope
from studio.core.errors import Conflict, Invalid
from studio.core.ids import uuid7
from studio.core.statements import Change, Given, Rows

BEGIN = "gs_live_"
NAME_LENGTH, SECRET_LENGTH, CHECK_LENGTH = 8, 32, 6
NAME_LIMIT = 80
"""Characters of what people call a key."""
LETTERS = string.digits + string.ascii_letters
NOTED_EVERY = timedelta(minutes=1)

_ROWS = ApiKey.objects.select_related("owner", "team")
_GOOD = Rows(lambda: _ROWS.filter(prefix=Given("prefix"), revoked_at=None, owner__is_active=True))
_OVER = Q(revoked_at__isnull=False) | Q(expires_at__lte=Given("now"))
_ENDED = Rows(lambda: _ROWS.filter(_OVER, prefix=Given("prefix")))
_NOTED = Change(lambda: ApiKey.objects.filter(pk=Given("key")), last_used_at=Given("now"))


def make(
    *,
    owner: User,
    name: str,
    by: User | None = None,
    id: UUID | None = None,  # noqa: A002 (the column's own word)
    dialect: str = Dialect.OPENAI,
    team: Team | None = None,
    scopes: Sequence[str] | None = None,
    allowed_models: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key of ``owner``, and its text, which nobody can read again.

    Nobody is ``by`` on the command line. Without ``scopes`` it may do everything; ``allowed_models`` are ids that the
    caller knows of. A form sends the key's own ``id`` along, so that a second press makes no second key.

    Raises Invalid at the field, and Conflict when a key of that ``id`` was made already.
    """
    wanted = every_scope() if scopes is None else list(dict.fromkeys(scopes))
    given = " ".join(name.replace("\0", "").split())
    _check(given, dialect, wanted, expires_at)
    prefix = BEGIN + _random(NAME_LENGTH)
    body = prefix + _random(SECRET_LENGTH)
    text = body + _checksum(body)
    with transaction.atomic():
        _check_team(owner, team)
        row = _insert(
            ApiKey(
                id=id or uuid7(),
                owner=owner,
                team=team,
                name=given,
                prefix=prefix,
                digest=_digest(text),
                dialect=dialect,
                scopes=wanted,
                allowed_models=list(dict.fromkeys(allowed_models)),
                expires_at=expires_at,
            )
        )
        facts = {"owner": owner.email, "dialect": row.dialect, "scopes": row.scopes}
        audit.record(actor=by, action="key.make", target=row, after=facts)
    return row, text


def revoke(*, by: User, key: ApiKey) -> None:
    """Make a key worthless at once and for good; a second time does nothing. Who may is for the caller to ask."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
            audit.record(actor=by, action="key.revoke", target=key, before={"owner": key.owner.email})


def find(text: str) -> ApiKey | None:
    """The key that this text is, with its owner, while it is good; None for every other text.

    When it was last used is noted, once a minute at most.
    """
    row = _row_of(text, _GOOD)
    if row is None:
        return None
    now = timezone.now()
    if row.expires_at is not None and row.expires_at <= now:
        return None
    if row.last_used_at is None or row.last_used_at < now - NOTED_EVERY:
        _NOTED.make(key=row.pk, now=now)
    return row


def ended(text: str) -> ApiKey | None:
    """The key that this text was, revoked or past its time: who has the whole of it may hear what became of it."""
    return _row_of(text, _ENDED, now=timezone.now())


def _row_of(text: str, rows: Rows[ApiKey], **given: datetime) -> ApiKey | None:
    """The one of these rows whose key this text is, with its owner."""
    if not _is_whole(text):
        return None
    row = rows.first(prefix=text[: len(BEGIN) + NAME_LENGTH], **given)
    return row if row and constant_time_compare(row.digest, _digest(text)) else None


def _check(name: str, dialect: str, scopes: Sequence[str], expires_at: datetime | None) -> None:
    wrong: dict[str, str] = {}
    if not 0 < len(name) <= NAME_LIMIT:
        wrong["name"] = _("1 to 80 characters.")
    if dialect not in Dialect:
        wrong["dialect"] = _("There is no such dialect.")
    if not scopes or not set(scopes) <= set(Scope):
        wrong["scopes"] = _("Choose at least one thing that the key may do.")
    if expires_at is not None and expires_at <= timezone.now():
        wrong["expires_at"] = _("Choose a day that is not over.")
    if wrong:
        raise Invalid(_("Check the form."), fields=wrong)


def _check_team(owner: User, team: Team | None) -> None:
    """The team's row stays locked, so that no key is made for a team that is being closed."""
    if team is None:
        return
    Team.objects.select_for_update().get(pk=team.pk)
    if not Membership.objects.filter(user=owner, team=team).exists():
        raise Invalid(
            _("Check the form."),
            fields={"team": _("%(name)s is not in this team.") % {"name": owner}},
        )


def _insert(key: ApiKey) -> ApiKey:
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            _(
                "This key was made already, and shown then. If you did not keep it, revoke it and make another."
            )
        ) from error
    return key


def named(key_id: UUID) -> ApiKey | None:
    """The key of this id with its owner, whether or not it still opens anything; None where its row is gone."""
    return ApiKey.objects.select_related("owner").filter(pk=key_id).first()


def _is_whole(text: str) -> bool:
    length = len(BEGIN) + NAME_LENGTH + SECRET_LENGTH
    return (
        text.isascii()
        and text.startswith(BEGIN)
        and len(text) == length + CHECK_LENGTH
        and constant_time_compare(text[length:], _checksum(text[:length]))
    )


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def _checksum(body: str) -> str:
    """The checksum of a key in six characters."""
    rest, letters = zlib.crc32(body.encode()), ""
    for _place in range(CHECK_LENGTH):
        rest, digit = divmod(rest, len(LETTERS))
        letters = LETTERS[digit] + letters
    return letters


def _digest(text: str) -> str:
    return salted_hmac("studio.accounts.keys", text, algorithm="sha256").hexdigest()
