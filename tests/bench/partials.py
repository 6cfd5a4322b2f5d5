"""6b: a small htmx partial, signed in, through the whole middleware; the floor is a bare Django view under ASGI."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from scripts.visitor import account
from tests.bench.ground import collect, prepare
from tests.bench.result import Result, tell
from tests.bench.web import serving

ROUNDS = 400


def main() -> None:
    prepare()
    collect()
    from django.test import Client

    from studio.accounts.models import User
    from tests.factories import make_job, make_run

    session = account("Alice", 100)
    run = make_run(User.objects.get())
    make_job(run)
    path = f"/runs/{run.pk}/"
    client = Client(headers={"HX-Request": "true", "Host": "localhost"})
    client.force_login(User.objects.get())
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    with serving("studio.asgi:application") as ours, serving("tests.bench.hello:application") as floor:
        headers = {"Cookie": f"sessionid={session}", "HX-Request": "true"}
        cpu = ours.cpu_ms(path, headers, ROUNDS)
        bare = floor.cpu_ms("/hello", {}, ROUNDS)
    tell(
        Result(
            "6b",
            "htmx partial of a run, signed in, CPU",
            "<= 2.5 ms",
            f"{cpu:.2f} ms",
            f"{bare:.2f} ms bare",
            cpu / bare,
        )
    )
    tell(Result("6b", "its queries", "<= 4", str(len(queries))))


if __name__ == "__main__":
    main()
