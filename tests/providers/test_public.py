"""Names, addresses and connections below the rule, and the same rule for results that vendors name."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import errors
from providers.http import Client, Deadline, public
from providers.http.addresses import is_public
from providers.http.public import Network, PublicWeb, Unfetched
from tests.providers import tls
from tests.providers.hostile import NAMES, PUBLIC, PUBLIC_6
from tests.providers.simulators.base import Reply
from tests.providers.web import Website

CAP = 100_000


@pytest.fixture
def site() -> Iterator[Website]:
    with Website() as website:
        yield website


def got(site: Website, url: str = "http://pictures.example/a.png", *, seconds: float = 10.0) -> bytes:
    return PublicWeb(site.network).get(url, deadline=Deadline(seconds), cap=CAP).data


def test_a_name_is_looked_up_once_and_the_very_address_is_dialled(site: Website) -> None:
    assert got(site) == b"picture"
    assert site.asked == {"pictures.example": 1}
    assert site.dialled == [(PUBLIC, 80)]
    assert site.requests[0].headers["host"] == "pictures.example"


def test_where_one_address_does_not_answer_the_next_one_is_dialled(site: Website) -> None:
    site.lost_addresses = {PUBLIC_6}
    assert got(site, "http://both.example/") == b"picture"
    assert site.dialled == [(PUBLIC_6, 80), (PUBLIC, 80)]


def test_a_name_with_many_addresses_is_not_a_way_to_have_many_dialled(site: Website) -> None:
    many = [f"93.184.216.{n}" for n in range(1, 200)]
    site.names, site.lost_addresses = {"many.example": many}, set(many)
    with pytest.raises(Unfetched):
        got(site, "http://many.example/")
    assert len(site.dialled) == public.TRIED_ADDRESSES


def test_the_systems_own_look_up_is_asked_with_a_text_and_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(public.addresses_of("localhost", 80)) <= {"127.0.0.1", "::1"}
    assert public.addresses_of("0x7f.1", 80) == ["127.0.0.1"]
    with pytest.raises(Unfetched) as caught:
        PublicWeb().get("http://localhost/", deadline=Deadline(10), cap=CAP)
    assert caught.value.cause == "unreachable"


def test_name_servers_that_never_answer_hold_no_more_than_their_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(public, "LOOKUPS", 2)
    go_on, began = threading.Event(), []

    def never(host: str, port: int) -> list[str]:
        began.append(host)
        go_on.wait(30)
        return [PUBLIC]

    web, start = PublicWeb(Network(never)), monotonic()
    for _ in range(4):
        with pytest.raises(Unfetched) as caught:
            web.get("http://slow.example/", deadline=Deadline(0.1), cap=CAP)
        assert caught.value.cause == "timed_out"
    assert len(began) == 2
    assert monotonic() - start < 2
    go_on.set()


PIECES = (
    "http:// https:// // / \\ @ : 80 [ ] ::1 %00 %25 xn-- 。 ① ? # 127.0.0.1 0x7f localhost "
    "pictures.example .. . - é ß \u200d \u0661 \U0001f600"
)


@pytest.fixture(scope="module")
def same_site() -> Iterator[Website]:
    """One website for every example of a test."""
    with Website() as website:
        yield website


@settings(max_examples=150)
@given(st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=8).map("".join), st.booleans())
def test_whatever_an_address_is_made_of_it_is_refused_or_leads_to_the_public(
    same_site: Website, tail: str, sent_on: bool
) -> None:
    url, site = f"http://{tail}", same_site
    site.forget()
    site.says(Reply(200, b"picture"))
    if sent_on:
        site.says(Reply(302, b"", {"Location": url.encode().decode("latin-1")}))
        url = "http://pictures.example/"
    web = PublicWeb(site.network)
    with suppress(Unfetched):
        page = web.get(url, deadline=Deadline(10), cap=CAP)
        web.get(page.onward or url, deadline=Deadline(10), cap=CAP)
    assert all(is_public(address) for address, _ in site.dialled)


# TLS ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def names_greeted(site: Website, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Has the site speak TLS with its certificate, which is trusted; the names by which it is greeted."""
    return tls.speak(site, tmp_path, monkeypatch)


def test_over_tls_the_name_stays_the_name_although_an_address_is_dialled(
    site: Website, names_greeted: list[str | None]
) -> None:
    assert got(site, "https://pictures.example/a.png") == b"picture"
    assert site.dialled == [(PUBLIC, 443)]
    assert names_greeted == ["pictures.example"]
    assert site.requests[0].headers["host"] == "pictures.example"


@pytest.mark.parametrize("url", ["https://both.example/", f"https://{PUBLIC}/"])
def test_a_certificate_of_another_name_is_not_taken(
    site: Website, names_greeted: list[str | None], url: str
) -> None:
    with pytest.raises(Unfetched) as caught:
        got(site, url)
    assert caught.value.cause == "unreachable"
    assert site.requests == []


# Results that vendors name ------------------------------------------------------------------------------------------


def client_of(site: Website, **allowed: Sequence[str]) -> Client:
    return Client("https://vendor.example/v1", network=site.network, **allowed)


def test_a_result_on_a_listed_host_is_fetched_from_its_public_address(
    site: Website, names_greeted: list[str | None]
) -> None:
    client = client_of(site, result_hosts=("pictures.example",))
    assert client.download("https://pictures.example/a.png", deadline=Deadline(10))[0] == b"picture"
    assert site.dialled == [(PUBLIC, 443)]


def test_a_listed_host_without_public_addresses_alone_is_not_reached(site: Website) -> None:
    hosts = [
        host
        for host, found in NAMES.items()
        if not all(is_public(address) for address in found) and host[-1] != "." and host[:4] != "xn--"
    ]
    assert len(hosts) > 15
    client = client_of(site, result_hosts=hosts, api_hosts=hosts)
    for host in hosts:
        with pytest.raises(errors.AnswerLost):
            client.download(f"https://{host}/a.png", deadline=Deadline(10))
        with pytest.raises(errors.NotSent), client.follow(f"https://{host}/x", deadline=Deadline(10)):
            pass
    assert site.dialled == []


def test_a_listed_host_whose_answer_changes_is_reached_where_it_was_checked(site: Website) -> None:
    site.turns = {"pictures.example": [[PUBLIC], ["169.254.169.254"]]}
    client = client_of(site, result_hosts=("pictures.example",))
    for _ in range(2):
        with pytest.raises(errors.AnswerLost):  # The site speaks no TLS: what counts is who was greeted.
            client.download("https://pictures.example/a.png", deadline=Deadline(10))
    assert site.dialled == [(PUBLIC, 443)]


def test_what_the_servers_owner_named_may_lie_in_its_own_network(site: Website) -> None:
    here = site.origin.removeprefix("http://")
    for client in (Client(site.url), client_of(site, trusted_hosts=(here,))):
        assert client.download(f"{site.origin}/a.png", deadline=Deadline(10))[0] == b"picture"
    assert site.dialled == []


@pytest.mark.parametrize("location", ["http://169.254.169.254/", "http://xn--a/", "http://[", "/again"])
def test_a_result_that_sends_on_is_not_followed(site: Website, location: str) -> None:
    site.says(Reply(302, b"", {"Location": location}))
    with pytest.raises(errors.AnswerLost):
        Client(site.url).download(f"{site.origin}/a.png", deadline=Deadline(10))
    assert len(site.requests) == 1


@pytest.mark.parametrize("host", ["xn--a", "xn--", "xn--\u0301a"])
def test_a_result_on_a_host_that_no_reader_understands_is_lost_and_breaks_nothing(
    site: Website, host: str
) -> None:
    client = client_of(site, result_hosts=(host,), trusted_hosts=(host,), api_hosts=(host,))
    assert not client.is_own(f"https://{host}/x")
    with pytest.raises(errors.AnswerLost):
        client.download(f"https://{host}/x", deadline=Deadline(10))
