"""A run from the first request to its pictures: what is sent, what it costs, and what comes back."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from django.test import Client

from studio.accounts import keys
from studio.accounts.models import ApiKey, User
from studio.api.own import fields
from studio.credits import caps
from studio.jobs.models import Job, Project, Reference, Run, State
from tests.api.own.conftest import QUICK, Program, refusal
from tests.factories import make_image, make_job, make_project, make_run
from tests.images.samples import file_of, scene
from tests.jobs.conftest import PAINT, SKETCH, START, Desk

DATA = f"data:image/png;base64,{base64.b64encode(file_of(scene(), 'PNG')).decode()}"


def test_a_run_is_accepted_at_once_and_nothing_is_painted_in_the_request(
    program: Program, desk: Desk
) -> None:
    answer = program.post("/runs", QUICK | {"n": 2, "seed": 7})
    run = answer.json()
    assert (answer.status_code, answer["Location"]) == (202, f"http://testserver/api/runs/{run['id']}")
    assert re.fullmatch(r"run_[0-9a-z]{26}", run["id"])
    assert (run["state"], run["prompt"], run["origin"], run["mine"]) == ("queued", "a stair", "api", True)
    [job] = run["jobs"]
    assert (job["model"], job["state"], job["n"], job["seed"], job["pictures"]) == (
        SKETCH,
        "queued",
        2,
        7,
        [],
    )
    assert run["cost"]["held"] == {"micros": 6_000, "credits": "0.6000"}
    assert run["cost"]["charged"] == {"micros": 0, "credits": "0.0000"}
    assert desk.balance == (START - 6_000, 6_000)


def test_the_pictures_of_a_run_have_addresses_that_need_no_key(program: Program, desk: Desk) -> None:
    run = program.ended(n=2)
    assert run["state"] == "succeeded"
    [job] = run["jobs"]
    assert [(each["width"], each["height"]) for each in job["pictures"]] == [(256, 256), (256, 256)]
    from_anywhere = Client().get(job["pictures"][0]["url"])
    assert (from_anywhere.status_code, from_anywhere["Content-Type"]) == (200, "image/png")
    assert run["cost"]["charged"]["micros"] == 6_000
    assert desk.balance == (START - 6_000, 0)


def test_several_models_are_one_run_of_a_job_each(program: Program, desk: Desk) -> None:
    wish = {"model": None, "models": [SKETCH, PAINT], "size": "", "aspect_ratio": "1:1", "n": 1}
    run = program.begun(**wish)
    assert [job["model"] for job in run["jobs"]] == [SKETCH, PAINT]
    assert run["cost"]["high"]["micros"] == 33_000
    assert Run.objects.count() == 1
    assert desk.balance == (START - 33_000, 33_000)


def test_with_wait_a_run_that_takes_longer_is_told_as_far_as_it_is(program: Program) -> None:
    answer = program.post("/runs", QUICK | {"wait": 1})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")


def test_the_same_idempotency_key_is_the_same_run_and_costs_once(program: Program, desk: Desk) -> None:
    first, second = (program.post("/runs", QUICK, Idempotency_Key="order-7") for _turn in range(2))
    assert first.json()["id"] == second.json()["id"]
    other = program.post("/runs", QUICK | {"n": 2}, Idempotency_Key="order-7")
    assert refusal(other) == (422, "idempotency_key_reused", None)
    assert desk.balance == (START - 3_000, 3_000)


def test_a_dry_run_and_a_quote_say_the_same_price_and_write_nothing(program: Program, desk: Desk) -> None:
    wish = QUICK | {"n": 3}
    dry, quote = program.post("/runs", wish, X_Dry_Run="true"), program.post("/quotes", wish)
    assert dry.json() == quote.json()
    price = {"micros": 9_000, "credits": "0.9000"}
    assert quote.json() == {
        "low": price,
        "high": price,
        "jobs": [{"low": price, "high": price, "model": SKETCH, "n": 3}],
    }
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))


def test_a_run_that_would_cost_more_than_was_agreed_to_is_not_run(program: Program, desk: Desk) -> None:
    answer = program.post("/runs", QUICK | {"n": 2, "max_micros": 5_999})
    assert refusal(answer) == (409, "quote_changed", "max_micros")
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))
    assert program.begun(n=2, max_micros=6_000)["cost"]["held"]["micros"] == 6_000


REFUSED = [
    ({"prompt": ""}, (400, "missing_required_parameter", "prompt")),
    ({"prompt": None}, (400, "invalid_type", "prompt")),
    ({"models": [PAINT]}, (400, "invalid_value", "models")),
    ({"model": None, "models": [SKETCH, SKETCH]}, (400, "invalid_value", "models")),
    ({"model": None, "models": []}, (400, "invalid_value", "models")),
    ({"model": "nothing/such"}, (404, "model_not_found", "model")),
    ({"model": None, "models": [SKETCH, "nothing/such"]}, (404, "model_not_found", "models")),
    ({"model": "auto"}, (400, "invalid_value", "size")),
    ({"project": "a" * 121}, (400, "invalid_value", "project")),
    ({"extra": {"steps": {"of": 1}}}, (400, "invalid_type", "extra.steps")),
    ({"n": 0}, (400, "invalid_value", "n")),
    ({"n": "2"}, (400, "invalid_type", "n")),
    ({"wait": 61}, (400, "invalid_value", "wait")),
    ({"size": "255x256"}, (400, "invalid_value", "size")),
    ({"preset": "square_hd"}, (400, "invalid_value", "preset")),
    ({"resolution": "2K"}, (400, "invalid_value", "resolution")),
    ({"quality": "high"}, (400, "invalid_value", "quality")),
    ({"style": "vivid"}, (400, "invalid_value", "style")),
    ({"strength": 0.5}, (400, "invalid_value", "strength")),
    ({"strength": 1.5}, (400, "invalid_value", "strength")),
    ({"seed": 2**32}, (400, "invalid_value", "seed")),
    ({"background": "transparent"}, (400, "invalid_value", "background")),
    ({"output_compression": 50}, (400, "invalid_value", "output_compression")),
    ({"budget": "5"}, (400, "invalid_value", "budget")),
    ({"extra": {"steps": 30}}, (400, "invalid_value", "extra.steps")),
    ({"size": "", "aspect_ratio": "a:b"}, (400, "invalid_value", "aspect_ratio")),
    ({"references": ["data:image/png;base64,AAAA"]}, (400, "unsupported_image_type", "references.0")),
    ({"references": [{"image": "img_nothing"}]}, (404, "image_not_found", "references.0")),
    ({"references": [{"image": "img_nothing", "role": "mask"}]}, (400, "invalid_value", "references.0.role")),
    ({"mask": "img_nothing"}, (400, "invalid_mask", "mask")),
    ({"project": "prj_nothing"}, (404, "not_found", "project")),
    ({"collection": "col_nothing"}, (404, "not_found", "collection")),
    ({"references": ["http://127.0.0.1/"]}, (400, "address_unreachable", "references.0")),
    ({"colour": "red"}, (400, "unknown_parameter", "colour")),
]


@pytest.mark.parametrize(("wish", "told"), REFUSED, ids=[str(wish)[:60] for wish, _told in REFUSED])
def test_what_cannot_be_is_refused_at_its_field_and_costs_nothing(
    program: Program, desk: Desk, wish: dict[str, Any], told: tuple[int, str, str | None]
) -> None:
    status, code, param = refusal(program.post("/runs", QUICK | wish))
    assert (status, code, param or None) == (told[0], told[1], told[2] or None)
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))


def test_every_role_of_a_reference_but_the_masks_can_be_said() -> None:
    assert set(fields.Role.__args__) == set(Reference.Role.values) - {Reference.Role.MASK}  # type: ignore[attr-defined]


def test_a_picture_goes_along_by_id_by_address_and_as_data(program: Program) -> None:
    made = program.ended()["jobs"][0]["pictures"][0]
    sent = [
        {"image": made["id"], "role": "style"},
        made["url"],
        DATA,
    ]
    run = program.begun(model=PAINT, size="", references=sent)
    told = run["jobs"][0]["references"]
    assert [each["role"] for each in told] == ["style", "subject", "subject"]
    assert told[0]["id"] == told[1]["id"] == made["id"]
    assert told[2]["id"] not in (None, made["id"])


def test_a_run_goes_into_the_project_that_is_named_and_else_into_that_of_the_key(
    program: Program, desk: Desk
) -> None:
    named = program.begun(project="Stairs of Rome")
    again = program.begun(project="Stairs of Rome")
    by_id = program.begun(project=named["project"])
    assert {named["project"], again["project"]} == {by_id["project"]}
    assert [run["number"] for run in (named, again, by_id)] == [1, 2, 3]
    assert program.begun()["project_name"] == "Nightly"


def test_a_cap_and_the_models_of_a_key_hold_for_runs_and_for_retries(program: Program, desk: Desk) -> None:
    key = ApiKey.objects.get()
    caps.set_limit(caps.KEY, str(key.pk), 3_000)
    first, second = (make_run(key.owner, project=desk.project) for _turn in range(2))
    for run in (first, second):
        make_job(run, state=State.FAILED, **SNAPSHOT)
    assert refusal(program.post("/runs", QUICK | {"n": 2})) == (402, "cap_reached", None)
    assert program.post(f"/runs/{told_id(program, first)}/retry").status_code == 202
    assert refusal(program.post("/runs", QUICK)) == (402, "cap_reached", None)
    key.allowed_models = [PAINT]
    key.save()
    assert refusal(program.post("/runs", QUICK)) == (403, "model_not_allowed", "model")
    answer = program.post(f"/runs/{told_id(program, second)}/retry")
    assert refusal(answer) == (403, "model_not_allowed", "model")


SNAPSHOT: dict[str, Any] = {
    "parameters": {"n": 1, "width": 256, "height": 256, "size": "256x256"},
    "quote": {"low": 1, "high": 1, "lines": []},
}


def told_id(program: Program, run: Run) -> str:
    return str(next(each["id"] for each in program.read("/runs")["data"] if each["number"] == run.number))


def test_a_run_that_waits_is_stopped_and_its_credits_are_returned(program: Program, desk: Desk) -> None:
    run = program.begun(n=2)
    stopped = program.post(f"/runs/{run['id']}/cancel")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "cancelled")
    assert desk.balance == (START, 0)
    assert refusal(program.post(f"/runs/{run['id']}/cancel")) == (409, "already_finished", None)


def test_what_is_missing_is_asked_for_once_more_as_a_new_run(program: Program, desk: Desk) -> None:
    run = program.begun(n=2)
    program.post(f"/runs/{run['id']}/cancel")
    path = f"/runs/{run['id']}/retry"
    dry = program.post(path, X_Dry_Run="1")
    assert dry.json()["high"]["micros"] == 6_000
    assert refusal(program.post(path, {"max_micros": 1})) == (409, "quote_changed", "max_micros")
    first, second = (program.post(path, Idempotency_Key="again") for _turn in range(2))
    assert first.status_code == 202
    assert first.json()["id"] == second.json()["id"]
    other = program.post(path, {"job": run["jobs"][0]["id"]}, Idempotency_Key="again")
    assert refusal(other) == (422, "idempotency_key_reused", None)
    assert first.json()["parent"] == run["id"]
    assert first.json()["jobs"][0]["retry_of"] == run["jobs"][0]["id"]
    assert Run.objects.latest("pk").api_key is not None
    assert desk.balance == (START - 6_000, 6_000)
    assert refusal(program.post(path)) == (409, "nothing_to_retry", None)


def test_a_retry_needs_no_body(program: Program, desk: Desk) -> None:
    run = program.begun()
    program.post(f"/runs/{run['id']}/cancel")
    assert program.client.post(f"/api/runs/{run['id']}/retry").status_code == 202
    assert refusal(program.client.post("/api/runs")) == (400, "invalid_json", None)


def test_of_several_jobs_that_miss_pictures_one_is_named(program: Program, desk: Desk) -> None:
    run = make_run(desk.project.owner, project=desk.project)
    for _job in range(2):
        make_job(run, state=State.FAILED, **SNAPSHOT)
    path = f"/runs/{told_id(program, run)}"
    assert refusal(program.post(f"{path}/retry")) == (400, "missing_required_parameter", "job")
    job = program.read(path)["jobs"][1]["id"]
    assert program.post(f"{path}/retry", {"job": job}).json()["jobs"][0]["retry_of"] == job


# Lists --------------------------------------------------------------------------------------------------------------


STATES = {
    "queued": ["queued"],
    "running": ["succeeded", "queued"],
    "succeeded": ["succeeded", "succeeded"],
    "partial": ["succeeded", "failed"],
    "failed": ["failed", "cancelled"],
    "cancelled": ["cancelled"],
}


def test_the_state_of_a_run_sums_up_those_of_its_jobs(program: Program, alice: User, desk: Desk) -> None:
    for jobs in STATES.values():
        run = make_run(alice, project=desk.project)
        for state in jobs:
            make_job(run, state=state, **SNAPSHOT)
    rows = program.read("/runs")["data"]
    assert [row["state"] for row in reversed(rows)] == list(STATES)
    for row in rows:
        [found] = program.read("/runs", state=row["state"])["data"]
        assert found == row
        assert program.read(f"/runs/{row['id']}") == row


def test_a_job_that_another_took_the_place_of_is_not_counted(
    program: Program, alice: User, desk: Desk
) -> None:
    run = make_run(alice, project=desk.project)
    first = make_job(run, state=State.FAILED, **SNAPSHOT)
    make_job(run, state=State.SUCCEEDED, retry_of=first, charged=1, **SNAPSHOT)
    [row] = program.read("/runs")["data"]
    assert (row["state"], row["cost"]["high"]["micros"], len(row["jobs"])) == ("succeeded", 1, 2)


def test_runs_are_listed_by_project_model_and_time(program: Program, alice: User, desk: Desk) -> None:
    other = make_project(alice, name="Walls")
    for project, model in ((desk.project, SKETCH), (other, PAINT)):
        make_job(make_run(alice, project=project), model=model, **SNAPSHOT)
    walls, stairs = program.read("/runs")["data"]
    assert program.read("/runs", project=walls["project"])["data"] == [walls]
    assert program.read("/runs", model=SKETCH)["data"] == [stairs]
    assert program.read("/runs", since=walls["created_at"], mine="true")["data"] == [walls]
    assert program.read("/runs", since="2100-01-01")["data"] == []
    for query in ({"since": "yesterday"}, {"since": "9999-12-31"}, {"state": "lost"}, {"mine": "perhaps"}):
        assert refusal(program.get("/runs", **query)) == (400, "invalid_value", next(iter(query)))


def test_new_runs_do_not_shift_the_pages_of_a_list(program: Program, alice: User, desk: Desk) -> None:
    for _turn in range(5):
        make_job(make_run(alice, project=desk.project), **SNAPSHOT)
    pages = program.pages("/runs")
    assert [[row["number"] for row in page] for page in pages] == [[5, 4], [3, 2], [1]]
    first = program.read("/runs", limit=2)
    make_job(make_run(alice, project=desk.project), **SNAPSHOT)
    second = program.read("/runs", limit=2, cursor=first["next_cursor"])
    assert [row["number"] for row in second["data"]] == [3, 2]


@pytest.mark.parametrize("cursor", ["", "x", "é", "cnVuczox", "cGljdHVyZXM6MQ", "A" * 5000, "\0"])
def test_a_cursor_that_no_list_gave_is_a_clear_400(program: Program, cursor: str) -> None:
    status, code, param = refusal(program.get("/runs", cursor=cursor))
    assert (status, param) == (400, "cursor")
    assert code in ("invalid_value", "invalid_type")


@pytest.mark.parametrize("limit", ["0", "101", "x", "1.5"])
def test_a_page_has_1_to_100_rows(program: Program, limit: str) -> None:
    assert refusal(program.get("/runs", limit=limit))[2] == "limit"


def test_a_page_of_runs_takes_as_many_queries_as_one_run(program: Program, desk: Desk, queries: Any) -> None:
    def add() -> None:
        made = program.ended()["jobs"][0]["pictures"][0]["id"]
        wish = program.begun(model=PAINT, size="", references=[made])
        program.post(f"/runs/{wish['id']}/cancel")

    add()
    one = queries(lambda: program.read("/runs"))
    add()
    assert queries(lambda: program.read("/runs")) == one
    assert len(program.read("/runs")["data"]) == 4


# Whose --------------------------------------------------------------------------------------------------------------


def test_a_foreign_run_and_a_missing_one_are_the_same_404(program: Program, theirs: Program) -> None:
    run = program.begun()
    missing = f"run_{'0' * 26}"
    for each in (run["id"], missing, "none", run["id"].replace("run_", "tsk_")):
        for answer in (
            theirs.get(f"/runs/{each}"),
            theirs.post(f"/runs/{each}/cancel"),
            theirs.post(f"/runs/{each}/retry"),
        ):
            assert refusal(answer) == (404, "not_found", None)
    for project in (run["project"], f"prj_{'0' * 26}"):
        assert refusal(theirs.get("/runs", project=project)) == (404, "not_found", "project")
        assert refusal(theirs.post("/runs", QUICK | {"project": project})) == (404, "not_found", "project")
    assert theirs.read("/runs")["data"] == []
    assert Job.objects.get().state == State.QUEUED


def test_a_teams_key_sees_that_team_alone(
    program: Program, alice: User, bob: User, northwind: Any, desk: Desk
) -> None:
    own = program.begun()
    shared, private = make_run(bob, northwind), make_run(bob, northwind, visibility="private")
    for run in (shared, private):
        make_job(run, **SNAPSHOT)
    of_team = Program(keys.make(owner=alice, name="Team", team=northwind)[1])
    [row] = of_team.read("/runs")["data"]
    assert (row["mine"], row["prompt"]) == (False, "a stair")
    assert of_team.read("/runs", mine="1")["data"] == []
    assert of_team.get(f"/runs/{own['id']}").status_code == 404
    assert program.read("/runs", project=row["project"])["data"] == [row]


def test_a_reference_that_is_a_members_own_is_told_without_its_id(
    program: Program, alice: User, bob: User, northwind: Any
) -> None:
    job = make_job(make_run(bob, northwind), **SNAPSHOT)
    for position, image in enumerate((make_image(bob), make_image(bob, northwind))):
        Reference.objects.create(job=job, position=position, image=image)
    of_team = Program(keys.make(owner=alice, name="Team", team=northwind)[1])
    [row] = of_team.read("/runs")["data"]
    hidden, shown = row["jobs"][0]["references"]
    assert (hidden["id"], shown["id"][:4]) == (None, "img_")


@pytest.mark.parametrize(
    ("scopes", "open_to"),
    [
        (["generate"], {"one"}),
        (["pictures"], {"list", "one"}),
        (["credits"], set()),
    ],
)
def test_a_key_does_what_its_scopes_say(
    program: Program, alice: User, scopes: list[str], open_to: set[str]
) -> None:
    run = program.begun()
    narrow = Program(keys.make(owner=alice, name="Narrow", scopes=scopes)[1])
    asked = {"list": narrow.get("/runs"), "one": narrow.get(f"/runs/{run['id']}")}
    assert {name for name, answer in asked.items() if answer.status_code == 200} == open_to
    refused = [answer for name, answer in asked.items() if name not in open_to]
    assert {refusal(answer) for answer in refused} <= {(403, "missing_scope", None)}


def test_what_lies_nowhere_is_told_in_the_words_of_this_api(program: Program) -> None:
    assert refusal(program.get("/nothing/here")) == (404, "not_found", None)
    assert refusal(program.client.delete("/api/runs")) == (405, "method_not_allowed", None)
    assert program.client.get("/runs/run_x").status_code == 404
    assert Project.objects.count() == 1
