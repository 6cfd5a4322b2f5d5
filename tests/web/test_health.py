"""What a load balancer asks."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from studio.web import health


def test_a_living_process_says_so_without_the_database() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@override_settings(SECURE_SSL_REDIRECT=True)
def test_a_load_balancer_asks_without_encryption_and_a_browser_may_not() -> None:
    assert Client().get("/healthz").status_code == 200
    assert Client().get("/account/login/").status_code == 301


@pytest.mark.django_db
def test_a_server_with_its_tables_is_ready() -> None:
    assert Client().get("/readyz").json() == {"ready": True, "checks": {"database": "ok", "migrations": "ok"}}


@pytest.mark.django_db
def test_a_server_whose_tables_are_old_is_not_ready() -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="accounts").delete()
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"].endswith("not applied")


def test_a_server_without_its_database_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def cursor(self) -> None:
            raise OperationalError("connection refused")

    monkeypatch.setattr(health, "connection", Gone())
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "checks": {"database": "OperationalError", "migrations": "ok"}}
