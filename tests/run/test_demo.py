"""`make demo`: every vendor is simulated on loopback, and a page makes each of them fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from providers import registry
from providers.base import Config
from scripts import demo
from scripts import studio as studios
from tests.providers.cases import REMOTE, case


@pytest.fixture
def panel() -> Iterator[demo.Panel]:
    with demo.simulated(seconds=0.0) as found:
        yield found


def asked(panel: demo.Panel, **form: str) -> tuple[int, str]:
    with closing(HTTPConnection(urlsplit(panel.url).netloc, timeout=10)) as connection:
        connection.request("POST" if form else "GET", "/", urlencode(form))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_every_vendor_answers_at_the_address_that_the_studio_is_given(panel: demo.Panel) -> None:
    given = demo.environment(panel.vendors, panel.url)
    for name in REMOTE:
        url = given[f"PROVIDER_{name.upper()}_URL"]
        assert urlsplit(url).hostname == "127.0.0.1"
        key = given.get(f"PROVIDER_{name.upper()}_KEY", "")
        assert registry.load(name, Config(key=key, url=url)).check().ok, name


def test_each_fault_of_each_vendor_can_be_chosen_and_taken_back(panel: demo.Panel) -> None:
    for name in REMOTE:
        for expected in case(name).faults:
            chosen = {"vendor": name, "fault": expected.name, "how": demo.ONCE}
            assert asked(panel, **chosen)[0] == 303
            fault = panel.vendors[name].fault
            assert fault is not None
            assert (fault.kind, fault.times) == (expected.fault.kind, 1)
        assert f"<tr><td>{name}</td><td><b" in asked(panel)[1]
        asked(panel, vendor=name, fault="", how="")
        assert panel.vendors[name].fault is None
    assert asked(panel, vendor="nobody", fault="refused", how="")[0] == 404
    assert asked(panel, vendor=REMOTE[0], fault="no such", how=demo.ALWAYS)[0] == 404


def test_the_studio_of_the_demo_offers_models_of_every_vendor_and_says_what_it_is(
    panel: demo.Panel, tmp_path: Path
) -> None:
    with studios.served(tmp_path, demo.environment(panel.vendors, panel.url)) as studio:
        session = studio.visitor()
        with closing(HTTPConnection(urlsplit(studio.url).netloc, timeout=30)) as connection:
            connection.request("GET", "/", headers={"Cookie": f"sessionid={session}"})
            page = connection.getresponse().read().decode()
    assert panel.url in page
    for name in REMOTE:
        assert case(name).model in page, name
