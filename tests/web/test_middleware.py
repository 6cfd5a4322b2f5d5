"""What is true of a request before a view sees it."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.accounts.models import Team, User


def tell(request: HttpRequest) -> HttpResponse:
    """Where the request says that it is."""
    return HttpResponse(timezone.get_current_timezone_name())


def ignore(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("tell/", tell), path("ignore/", ignore), path("", include("studio.urls"))]


@pytest.mark.urls(__name__)
def test_times_are_in_the_persons_zone_and_a_strangers_in_utc(as_alice: Client, alice: User) -> None:
    alice.timezone = "Asia/Tokyo"
    alice.save()
    assert as_alice.get("/tell/").content == b"Asia/Tokyo"
    assert Client().get("/tell/").content == b"UTC"


@pytest.mark.urls(__name__)
def test_a_request_without_a_session_asks_the_database_nothing(client: Client) -> None:
    """No database fixture: a single query would fail."""
    assert client.get("/ignore/").status_code == 200


@pytest.mark.urls(__name__)
def test_a_view_that_does_not_ask_pays_for_the_session_and_the_person_alone(
    as_alice: Client, northwind: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        as_alice.get("/ignore/")


def test_the_frame_of_a_page_costs_few_queries(
    as_alice: Client, northwind: Team, django_assert_max_num_queries: Any
) -> None:
    as_alice.post(reverse("workspace"), {"workspace": str(northwind.pk)})
    as_alice.get(reverse("teams"))
    with django_assert_max_num_queries(7):
        as_alice.get(reverse("teams"))
