"""Fetching an address that somebody typed: from the public internet alone, bounded in bytes, hops and seconds.

What may be reached is decided in ``providers.http.public``, for this and for vendors' results alike; here stand how
often one is sent on, and the words for everything that can go wrong.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from providers.http.public import Page, PublicWeb, Unfetched
from providers.http.transport import Deadline
from studio.core.errors import StudioError

HOPS = 3
"""How often an address may send on to another one."""
SECONDS = 8.0
"""For all hops together: somebody waits at the field."""
AT_ONCE = 8
"""In one process: each may hold as many bytes as the caller allows, and a thread."""

public_web = PublicWeb()
_places = threading.BoundedSemaphore(AT_ONCE)


class NotFetched(StudioError):
    """The address gave nothing that could be kept; ``code`` names the cause."""

    status = 422


class TooManyAtOnce(NotFetched):
    """Nobody has asked the address yet."""

    code = "address_busy"
    status = 503


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes behind an address, and ``url``, where they lay in the end. What they are, nobody has looked."""

    url: str
    data: bytes = field(repr=False)


def fetch(url: str, *, cap: int, seconds: float = SECONDS) -> Fetched:
    """The at most ``cap`` bytes at ``url``, within ``seconds``. Hold no database connection meanwhile.

    Raises NotFetched. Nothing of ours goes along: no cookie, no key, no name of whoever asks.
    """
    if not _places.acquire(blocking=False):
        raise TooManyAtOnce(_("Many addresses are being fetched now. Try again in a minute."))
    try:
        return _fetched(url, Deadline(seconds), cap)
    except Unfetched as error:
        raise NotFetched(_sentence(error.cause, cap), code=f"address_{error.cause}") from None
    finally:
        _places.release()


def _fetched(url: str, deadline: Deadline, cap: int) -> Fetched:
    """Every hop passes the whole check anew, for it may lead anywhere."""
    for _hop in range(HOPS + 1):
        page = public_web.get(url, deadline=deadline, cap=cap)
        if not page.onward:
            return Fetched(page.url, _body(page))
        url = page.onward
    raise NotFetched(
        _("This address sends on too many times. Open it in a browser and copy the one it ends at."),
        code="address_hops",
    )


def _body(page: Page) -> bytes:
    if page.status == 200:
        return page.data
    if page.status in (401, 403, 407):
        raise NotFetched(
            _("That website does not hand out its picture. Save it in your browser, then add the file."),
            code="address_closed",
        )
    if page.status in (404, 410):
        raise NotFetched(_("There is nothing at this address. Check it and try again."), code="address_empty")
    raise NotFetched(
        _("That website answered with status %(status)s. Try again later, or add the picture as a file.")
        % {"status": page.status},
        code="address_status",
    )


def _sentence(cause: str, cap: int) -> str:
    return {
        "address": _("This is no address of a picture. It begins with https:// and has a host."),
        "scheme": _("Only addresses that begin with http:// or https:// can be fetched."),
        "user": _("Take the user name and password out of the address, then try again."),
        "port": _("Only the usual ports 80 and 443 can be fetched from. Take the port out, or add a file."),
        "unreachable": _(
            "No public website answers at this address. Check it, or add the picture as a file."
        ),
        "timed_out": _("That website took too long. Try again, or add the picture as a file."),
        "too_large": _("The file at this address is larger than %(limit)s MB. Use a smaller one.")
        % {"limit": cap // 1048576},
        "compressed": _("That website sends its picture packed. Save it in your browser, then add the file."),
        "broken": _("The answer from that website broke off. Try again, or add the picture as a file."),
    }[cause]
