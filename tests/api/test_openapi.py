"""The documents: one for each dialect, open to all, whole, and with examples that are what they describe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.test import Client
from jsonschema_rs import Draft202012Validator

from studio.api.dialects import Dialect
from studio.api.endpoints import Endpoint
from studio.api.openapi import path_of
from studio.api.routes import SPOKEN

ENDPOINTS = [(dialect, endpoint) for dialect, endpoints in SPOKEN for endpoint in endpoints]
NAMES = [f"{dialect.name}-{endpoint.name}" for dialect, endpoint in ENDPOINTS]


def document(client: Client, dialect: Dialect) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/{dialect.base}/openapi.json").json()
    return found


def errors(found: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    whole = {**schema, "components": found["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Whatever has a schema and an example."""
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for response in operation["responses"].values():
        yield from response["content"].values()
    yield from operation["parameters"]


@pytest.mark.parametrize("dialect", [dialect for dialect, _endpoints in SPOKEN], ids=lambda each: each.name)
def test_a_document_is_what_its_standard_says(client: Client, dialect: Dialect) -> None:
    schemathesis.openapi.from_dict(document(client, dialect)).validate()


@pytest.mark.parametrize(("dialect", "endpoint"), ENDPOINTS, ids=NAMES)
def test_an_address_is_in_its_document_with_examples_that_fit(
    client: Client, dialect: Dialect, endpoint: Endpoint
) -> None:
    found = document(client, dialect)
    operation = found["paths"][path_of(endpoint)][endpoint.method.lower()]
    shown = [each for each in contents(operation) if "example" in each]
    assert [errors(found, each["schema"], each["example"]) for each in shown] == [[] for _each in shown]
    body = operation.get("requestBody", {}).get("content", {})
    assert all("example" in content for content in body.values())
    assert all("example" in each for each in operation["parameters"] if each["in"] == "path")


def test_a_document_names_the_server_that_was_asked_and_its_public_address(
    client: Client, settings: Any
) -> None:
    dialect = SPOKEN[0][0]
    assert document(client, dialect)["servers"] == [{"url": "http://testserver/d/openai"}]
    settings.PUBLIC_URL = "https://studio.example"
    assert document(client, dialect)["servers"] == [{"url": "https://studio.example/d/openai"}]


def test_a_document_takes_no_other_method_and_says_so_in_the_dialects_words(client: Client) -> None:
    answer = client.post("/d/async/openapi.json")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_what_asks_for_pictures_takes_a_key_against_repeats_and_a_dry_run(client: Client) -> None:
    for dialect, endpoint in ENDPOINTS:
        operation = document(client, dialect)["paths"][path_of(endpoint)][endpoint.method.lower()]
        headers = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
        assert headers == ({"Idempotency-Key", "X-Dry-Run"} if endpoint.dry else set()), endpoint.name


def test_a_body_is_required_where_a_field_of_it_is(client: Client) -> None:
    free = {
        name
        for (dialect, each), name in zip(ENDPOINTS, NAMES, strict=True)
        if each.body
        and not document(client, dialect)["paths"][path_of(each)][each.method.lower()]["requestBody"][
            "required"
        ]
    }
    assert free == {"gesso-retry_run"}


def test_a_task_that_is_begun_leads_to_the_address_where_it_is_asked_for(client: Client) -> None:
    found = document(client, next(dialect for dialect, _endpoints in SPOKEN if dialect.name == "async"))
    links = found["paths"]["/v1/images/generations"]["post"]["responses"]["202"]["links"]
    assert links["task"]["parameters"] == {"task_id": "$response.body#/task_id"}
