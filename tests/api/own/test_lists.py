"""The other lists: models, the statement, projects and collections."""

from __future__ import annotations

from typing import Any

import pytest

from studio.accounts import keys
from studio.accounts.models import ApiKey, Team, User
from studio.credits import caps, selectors
from studio.credits import services as credits
from studio.gallery import collections
from tests.api.own.conftest import Program, refusal
from tests.jobs.conftest import PAINT, SKETCH, START, Desk

LISTS = ("/runs", "/pictures", "/models", "/statement", "/projects", "/collections")


@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_paged_alike(program: Program, path: str) -> None:
    page = program.read(path)
    assert set(page) == {"data", "next_cursor"}
    for query, param in (({"limit": "0"}, "limit"), ({"cursor": "x"}, "cursor"), ({"lmit": "1"}, "lmit")):
        status, _code, told = refusal(program.get(path, **query))
        assert (status, told) == (400, param)


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_of_one_list_is_none_of_another(program: Program, path: str) -> None:
    cursor = program.read("/models", limit=1)["next_cursor"]
    answer = program.get(path, cursor=cursor)
    assert answer.status_code == (200 if path == "/models" else 400)


# Models -------------------------------------------------------------------------------------------------------------


def test_models_say_what_they_can_be_told_and_what_they_cost(program: Program) -> None:
    pages = program.pages("/models", size=3)
    models = {model["id"]: model for page in pages for model in page}
    assert set(models) == {SKETCH, PAINT, "gesso/studio", "gesso/press"}
    sketch = models[SKETCH]
    price = {"micros": 3_000, "credits": "0.3000"}
    assert (sketch["price"], sketch["max_references"], sketch["mask"]) == (
        {"low": price, "high": price},
        0,
        False,
    )
    settings = {each["name"]: each for each in sketch["settings"]}
    size = settings["size"]
    assert (size["type"], size["open"], size["min"], size["max"]) == ("string", True, 256, 2048)
    assert "width" not in settings
    assert program.read(f"/models/{SKETCH}") == sketch


def test_what_a_model_says_it_takes_is_taken(program: Program) -> None:
    """Each value of each setting, by itself, is a price."""
    for model in program.read("/models")["data"]:
        for each in model["settings"]:
            for value in each["allowed"]:
                wish = {"model": model["id"], "prompt": "a stair", each["name"]: value}
                answer = program.post("/quotes", wish)
                assert answer.status_code == 200, (wish, answer.content)


def test_a_key_is_told_of_its_own_models_alone(program: Program) -> None:
    ApiKey.objects.update(allowed_models=[PAINT])
    assert [model["id"] for model in program.read("/models")["data"]] == [PAINT]
    for name in (SKETCH, "nothing/such"):
        assert refusal(program.get(f"/models/{name}")) == (404, "model_not_found", "model")


# Money --------------------------------------------------------------------------------------------------------------


def test_the_statement_adds_up_to_the_balance(program: Program, desk: Desk) -> None:
    run = program.ended(n=2)
    balance = program.read("/balance")
    assert balance["available"] == {"micros": START - 6_000, "credits": "999.4000"}
    assert (balance["of"], balance["held"]["micros"], balance["key_left"]) == ("person", 0, None)
    rows = [row for page in program.pages("/statement") for row in page]
    assert [row["type"] for row in rows] == ["charge", "hold", "grant"]
    assert sum(row["available"]["micros"] for row in rows) == balance["available"]["micros"]
    assert sum(row["held"]["micros"] for row in rows) == 0
    assert rows[0]["balance"] == balance["available"]
    assert {row["job"] for row in rows} == {run["jobs"][0]["id"], None}
    assert rows[2]["detail"] == "for the test"


def test_new_entries_do_not_shift_the_pages_of_a_statement(
    program: Program, desk: Desk, queries: Any
) -> None:
    program.begun()
    one = queries(lambda: program.read("/statement"))
    for _turn in range(2):
        program.begun()
    assert queries(lambda: program.read("/statement")) == one
    first = program.read("/statement", limit=2)
    program.begun()
    second = program.read("/statement", limit=2, cursor=first["next_cursor"])
    assert [row["type"] for row in second["data"]] == ["hold", "grant"]
    assert program.read("/statement", since="2100-01-01")["data"] == []
    assert len(program.read("/statement", until="2100-01-01")["data"]) == 5


def test_what_a_key_may_still_spend_is_told(program: Program) -> None:
    caps.set_limit(caps.KEY, str(ApiKey.objects.get().pk), 10_000)
    program.begun()
    assert program.read("/balance")["key_left"]["micros"] == 7_000


def test_a_teams_key_reads_the_pool_and_never_what_a_member_pays_alone(
    program: Program, alice: User, northwind: Team
) -> None:
    of_team = Program(keys.make(owner=alice, name="Team", team=northwind)[1])
    assert refusal(of_team.get("/statement")) == (403, "forbidden", None)
    Team.objects.update(pool_pays=True)
    pool = credits.account_of(team=northwind)
    credits.grant(account_id=pool.pk, amount=5_000, key="pool", actor=alice, reason="for the team")
    [row] = of_team.read("/statement")["data"]
    assert (row["available"]["micros"], row["actor"]) == (5_000, "Alice")
    assert of_team.read("/balance")["of"] == "team"
    assert of_team.begun()["cost"]["held"]["micros"] == 3_000
    assert selectors.balance(pool.pk).available == 2_000


def test_a_personal_key_runs_in_a_teams_project_on_the_teams_pool(
    program: Program, alice: User, northwind: Team, desk: Desk
) -> None:
    of_team = Program(keys.make(owner=alice, name="Team", team=northwind)[1])
    project = of_team.post("/projects", {"name": "Stairs"}).json()["id"]
    Team.objects.update(pool_pays=True)
    pool = credits.account_of(team=northwind)
    credits.grant(account_id=pool.pk, amount=5_000, key="pool", actor=None, reason="for the team")
    own = Program(keys.make(owner=alice, name="Own")[1])
    run = own.begun(project=project)
    assert (selectors.balance(pool.pk).available, desk.balance) == (2_000, (START, 0))
    assert own.read("/runs")["data"] == []
    assert own.read("/runs", project=project)["data"] == of_team.read("/runs")["data"] == [run]


@pytest.mark.parametrize("path", ["/statement", "/balance"])
def test_money_is_for_keys_that_may_read_it(program: Program, alice: User, path: str) -> None:
    narrow = Program(keys.make(owner=alice, name="Narrow", scopes=["generate", "pictures"])[1])
    assert refusal(narrow.get(path)) == (403, "missing_scope", None)


# Projects and collections ---------------------------------------------------------------------------------------------


def test_projects_are_made_and_listed(program: Program, queries: Any) -> None:
    program.read("/projects")  # That a key is used is noted once a minute.
    one = queries(lambda: program.read("/projects"))
    made = [program.post("/projects", {"name": f"Stairs {number}"}) for number in range(4)]
    assert {answer.status_code for answer in made} == {201}
    assert queries(lambda: program.read("/projects")) == one
    pages = program.pages("/projects")
    assert pages[0] == [made[3].json(), made[2].json()]
    # The last is the one that a desk begins with.
    assert [[row["name"] for row in page] for page in pages[1:]] == [["Stairs 1", "Stairs 0"], ["Stairs"]]
    program.begun(project=made[0].json()["id"])
    assert [row["runs"] for page in program.pages("/projects") for row in page] == [0, 0, 0, 1, 0]
    assert refusal(program.post("/projects", {"name": ""}))[2] == "name"
    assert refusal(program.post("/projects", {"name": "a" * 121}))[2] == "name"


def test_collections_are_listed_with_their_counts(program: Program, desk: Desk, queries: Any) -> None:
    for name in ("Doors", "Walls", "Roofs"):
        collections.create(actor=desk.actor, team=None, name=name)
    pages = program.pages("/collections")
    assert [[row["name"] for row in page] for page in pages] == [["Roofs", "Walls"], ["Doors"]]
    three = queries(lambda: program.read("/collections"))
    collections.create(actor=desk.actor, team=None, name="Sills")
    assert queries(lambda: program.read("/collections")) == three


def test_projects_and_collections_of_others_are_not_listed(
    program: Program, theirs: Program, desk: Desk
) -> None:
    collections.create(actor=desk.actor, team=None, name="Doors")
    assert theirs.read("/projects")["data"] == theirs.read("/collections")["data"] == []
    assert theirs.read("/runs")["data"] == theirs.read("/statement")["data"] == []
