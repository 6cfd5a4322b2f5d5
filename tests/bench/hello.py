"""The floors to serve beside ours: a bare Django view, and a raw ASGI stream next to it."""

from __future__ import annotations

import asyncio
from typing import Any

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[], SECRET_KEY="bare")
    django.setup()


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>hello</p>")


urlpatterns = [path("hello", hello)]
django_application = get_asgi_application()


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["path"] == "/events":
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/event-stream")],
            }
        )
        await send({"type": "http.response.body", "body": b": here\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            await asyncio.sleep(0)
    else:
        await django_application(scope, receive, send)
