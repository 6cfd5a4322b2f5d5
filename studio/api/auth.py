"""The way in for programs: a key in the header, no cookie, no form token."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from studio.accounts import keys
from studio.accounts.actors import actor_for_key
from studio.api.errors import Refused, rendered
from studio.api.http import ApiRequest
from studio.core.errors import StudioError

View = Callable[..., HttpResponseBase]


def endpoint(*methods: str) -> Callable[[View], View]:
    """A view for programs: these methods, a good key, and errors in the shape that the program reads."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
            try:
                if request.method not in methods:
                    return _wrong_method(methods)
                return view(_entered(request), *args, **values)
            except StudioError as error:
                return rendered(error)

        return guarded

    return wrap


def _wrong_method(methods: tuple[str, ...]) -> HttpResponseBase:
    allowed = ", ".join(methods)
    text = _("This address takes %(methods)s.") % {"methods": allowed}
    answer = rendered(Refused(text, status=405, code="method_not_allowed"))
    answer["Allow"] = allowed
    return answer


def _entered(request: HttpRequest) -> ApiRequest:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    key = keys.find(text.strip()) if kind.lower() == "bearer" else None
    if key is None:
        text = _("Send a good API key: Authorization: Bearer gs_live_…")
        raise Refused(text, status=401, code="invalid_api_key")
    entered = cast(ApiRequest, request)
    entered.actor, entered.key = actor_for_key(key), key
    return entered
