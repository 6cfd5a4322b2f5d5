"""An address of the API: what it takes, who may ask, and how a request gets to its view.

The same declarations make the site's addresses (``routes``) and the documents (``openapi``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel

from studio.accounts.actors import actor_for_key
from studio.api import auth, limits, wishes
from studio.api.bodies import MAX_BYTES, PLAIN_BYTES, checked, read_json, too_large, twice
from studio.api.dialects import Dialect, finished
from studio.api.errors import Kind, Refused, no_address, wrong_method
from studio.api.http import ApiRequest, with_limits
from studio.core.errors import StudioError

View = Callable[..., HttpResponseBase]

FORM = "multipart/form-data"
STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a form. Of those that are ``needed`` one comes at least; ``many`` may come several times."""

    name: str
    description: str
    needed: bool = True
    many: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method at one path of a dialect, ``path`` in Django's words.

    The view gets the request, the body as ``body`` (a model), the query as ``query``, and what the path holds by name.
    ``form`` is the model of the same body as the parts of a form, whose files stay with the request and are named in
    ``files``. ``answers`` maps a status to the model of its document, or to a media type. ``scope`` is what the key
    must be for, several apart by a space, or one side of a bar: ``generate | pictures``. ``open`` asks for no key.

    What asks for pictures names in ``dry`` the model of what a dry run is answered with; it takes an idempotency key
    too. ``streams`` sends ``events`` where the body asks for a stream. ``refuses`` is what can be wrong beside what its
    kind of address shares (see ``refusals``). ``example`` is a request that works: what path, query and body hold, by
    name; ``form_example`` the same body as a form, where ``@photo.png`` is a file; ``sdk`` the call of OpenAI's client
    that does the same.
    """

    method: str
    path: str
    view: View
    summary: str
    scope: str = ""
    body: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answers: Mapping[int, type[BaseModel] | str] = field(default_factory=dict)
    streams: bool = False
    open: bool = False
    files: Sequence[Part] = ()
    dry: type[BaseModel] | None = None
    events: Sequence[type[BaseModel]] = ()
    refuses: Collection[Kind] = ()
    example: Mapping[str, Any] = field(default_factory=dict)
    form_example: Mapping[str, str] = field(default_factory=dict)
    sdk: str = ""

    @property
    def scopes(self) -> list[list[str]]:
        """The ways in: a key that has all scopes of one of them may ask."""
        return [way.split() for way in self.scope.split("|")]

    @property
    def most_bytes(self) -> int:
        """Of a JSON body here: only where it may hold pictures is there a use for many."""
        return MAX_BYTES if Kind.BAD_IMAGE in self.refuses else PLAIN_BYTES

    @property
    def needs_body(self) -> bool:
        """Whether something has to be said; else no body means every default."""
        return bool(self.body and any(each.is_required() for each in self.body.model_fields.values()))

    @property
    def name(self) -> str:
        """What the address is called in the documents and in tests."""
        return self.view.__name__


def at_path(dialect: Dialect, endpoints: Sequence[Endpoint]) -> View:
    """The view of one path, at which each of the ``endpoints`` takes one method."""
    by_method = {endpoint.method: endpoint for endpoint in endpoints}
    if "GET" in by_method:
        # The server keeps the body to itself.
        by_method["HEAD"] = by_method["GET"]
    methods = ", ".join(sorted(by_method))

    @csrf_exempt
    def served(request: HttpRequest, **values: Any) -> HttpResponseBase:
        entered = cast(ApiRequest, request)
        entered.dialect, entered.keeps, began = dialect, True, time.monotonic()
        endpoint = by_method.get(request.method or "")
        if endpoint is None:
            response = dialect.refusal(wrong_method(methods))
            response["Allow"] = methods
            return response
        try:
            response = _asked(entered, endpoint, values)
        except StudioError as error:
            response = dialect.refusal(error)
        if dialect.timing_header:
            response[dialect.timing_header] = str(round(1000 * (time.monotonic() - began)))
        return with_limits(entered, response)

    return served


def nowhere(dialect: Dialect) -> View:
    """What answers at every other address below a dialect's base."""

    @csrf_exempt
    def missing(request: HttpRequest, **values: Any) -> HttpResponseBase:
        cast(ApiRequest, request).dialect = dialect
        return dialect.refusal(no_address(request))

    return missing


def _asked(request: ApiRequest, endpoint: Endpoint, values: dict[str, Any]) -> HttpResponseBase:
    if not endpoint.open:
        _enter(request, endpoint)
    if endpoint.query:
        values["query"] = checked(endpoint.query, request.GET.dict(), texts=True)
    if endpoint.body:
        values["body"] = _body(request, endpoint, endpoint.body)
    return finished(endpoint.view(request, **values))


def _enter(request: ApiRequest, endpoint: Endpoint) -> None:
    request.key = auth.key_of(request, request.dialect.key_header)
    request.actor = actor_for_key(request.key)
    auth.require_membership(request.key, request.actor)
    request.reading = limits.count(request.key)
    if request.reading.refused:
        text = _("This key sent %(limit)s requests within a minute, which is the most. Wait %(seconds)s s.")
        facts = {"limit": request.reading.limit, "seconds": request.reading.seconds}
        raise Refused(Kind.RATE_LIMITED, text % facts, wait=request.reading.seconds)
    auth.require(request.key, endpoint.scopes)


def _body(request: ApiRequest, endpoint: Endpoint, model: type[BaseModel]) -> BaseModel:
    if endpoint.form and (request.content_type or "").startswith(FORM):
        parts = _parts(request)
        request.wish = wishes.of_form(endpoint.path, parts, request.FILES)
        return checked(endpoint.form, parts, texts=True)
    document = read_json(request, needed=endpoint.needs_body, most=endpoint.most_bytes)
    request.wish = wishes.of_document(endpoint.path, document)
    return checked(model, document)


def _parts(request: HttpRequest) -> dict[str, Any]:
    """The texts of a form by name, each of which comes once. Raises Refused."""
    try:
        request.FILES  # noqa: B018  Reads the body, and says what is wrong with it.
    except RequestDataTooBig as error:
        raise too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) from error
    except TooManyFilesSent as error:
        text = _("A form has at most %(most)s files.") % {"most": settings.DATA_UPLOAD_MAX_NUMBER_FILES}
        raise Refused(Kind.BAD_VALUE, text) from error
    except (MultiPartParserError, OSError) as error:
        raise Refused(Kind.BAD_JSON, _("The form cannot be read.")) from error
    if again := next((name for name, texts in request.POST.lists() if len(texts) > 1), None):
        raise twice(again)
    return request.POST.dict()


def files(request: HttpRequest) -> MultiValueDict[str, Any]:
    """The files that came with a form, by the names of their parts."""
    return request.FILES
