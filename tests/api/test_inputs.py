"""What a program sends as a picture: taken in, known again, looked up inside where it is ours, and never another's."""

from __future__ import annotations

import base64
import threading
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from studio.accounts import keys
from studio.accounts.actors import Actor, actor_for, actor_for_key
from studio.accounts.models import Membership, Role, Team, User
from studio.api import ids, inputs
from studio.api.errors import Refused
from studio.api.http import ApiRequest
from studio.api.inputs import Address, Artifact, Base64, DataUri, File, Source, check_mask, written
from studio.core import db, safe_fetch
from studio.core.errors import Forbidden
from studio.core.ids import uuid7
from studio.images import addresses, intake, pool, services, storage
from studio.images.errors import Busy
from studio.images.models import Blob, Image
from tests.factories import make_blob, make_image
from tests.images.samples import file_of, png, scene
from tests.providers.hostile import HOSTILE
from tests.providers.simulators.base import Reply
from tests.providers.web import Website

PNG = file_of(scene(), "PNG")
CODED = base64.b64encode(PNG).decode()
AT = "http://pictures.example/some/plan.png?signature=canary"
CLEAR = file_of(scene(64, 48, "RGBA"), "PNG")


def holed(width: int = 96, height: int = 64) -> bytes:
    """A mask: clear in its middle."""
    picture = scene(width, height, "RGBA")
    picture.paste((0, 0, 0, 0), (10, 10, 40, 30))
    return file_of(picture, "PNG")


@pytest.fixture
def script(alice: User) -> Actor:
    """Alice's key."""
    return actor_for_key(keys.make(owner=alice, name="Nightly")[0])


def request() -> ApiRequest:
    made = cast(ApiRequest, RequestFactory().post("/d/openai/v1/images/edits"))
    made.keeps = True
    return made


def take(actor: Actor, source: Source, team: Team | None = None, **options: Any) -> Image:
    return inputs.take(actor, team, source, request=request(), **options)


def refusal(actor: Actor, source: Source, **options: Any) -> tuple[int, str, str]:
    """Status, code and sentence; the field is the one that was named."""
    with pytest.raises(Refused) as caught:
        take(actor, source, **options | {"param": "image[1]"})
    assert caught.value.param == "image[1]"
    assert "canary" not in caught.value.message
    return caught.value.status, caught.value.code, caught.value.message


# Every way to send one ---------------------------------------------------------------------------------------------

SOURCES: dict[str, tuple[Source, str]] = {
    "an address": (Address(AT), "plan.png"),
    "a data URI": (DataUri(f"data:image/png;base64,{CODED}"), ""),
    "base 64": (Base64(CODED), ""),
    "a file": (File(PNG, "plan.png"), "plan.png"),
}


@pytest.mark.parametrize("sort", SOURCES)
def test_each_source_becomes_an_upload_of_the_keys_workspace(
    site: Website, script: Actor, alice: User, sort: str
) -> None:
    source, name = SOURCES[sort]
    image = take(script, source)
    assert (image.kind, image.name, image.owner, image.team) == (Image.Kind.UPLOAD, name, alice, None)
    assert image.blob.sides == (96, 64)
    assert services.source_bytes(image)[1] == "image/png"


@pytest.mark.parametrize(
    "text",
    [
        f"DATA:image/png;charset=x;BASE64,{CODED}",
        f"data:;base64,{CODED}",
        f"data:text/html;base64,{CODED}",
        f"data:image/png;base64,{quote(CODED, safe='')}",
        f"data:image/png;base64,{CODED.rstrip('=')}",
        "data:image/png;base64," + "\r\n ".join(CODED[n : n + 76] for n in range(0, len(CODED), 76)),
    ],
)
def test_a_data_uri_is_read_however_it_is_spelt(script: Actor, text: str) -> None:
    assert take(script, DataUri(text)).blob.sides == (96, 64)


def test_one_field_for_both_holds_an_address_or_a_data_uri() -> None:
    assert written("Data:image/png;base64,AA==") == DataUri("Data:image/png;base64,AA==")
    assert written(AT) == Address(AT)


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_four_formats_are_taken(script: Actor, format_: str) -> None:
    assert take(script, File(file_of(scene(), format_), "plan")).blob.width == 96


def test_what_was_sent_is_in_no_repr_for_a_log_to_show() -> None:
    for source in (Address(AT), DataUri("canary"), Base64("canary"), File(b"canary", "plan.png")):
        assert "canary" not in repr(source)


def test_a_files_name_keeps_nothing_that_cannot_be_shown(script: Actor) -> None:
    assert take(script, File(PNG, "pl\0an\u202e\ud800.png")).name == "plan.png"


# The same again ------------------------------------------------------------------------------------------------------


def test_the_same_bytes_are_the_same_picture_however_they_come(site: Website, script: Actor) -> None:
    assert len({take(script, source).pk for source, _name in SOURCES.values()}) == 1
    assert (Image.objects.count(), Blob.objects.get().uses) == (1, 1)


def test_another_workspace_person_or_use_is_another_picture(
    script: Actor, bob: User, northwind: Team, alice: User
) -> None:
    mask = holed()
    editor = actor_for(alice)
    found = [
        take(script, File(mask)),
        take(editor, File(mask), northwind),
        take(actor_for(bob), File(mask), northwind),
        take(script, File(mask), kind=Image.Kind.MASK),
    ]
    assert len({image.pk for image in found}) == 4
    assert Blob.objects.get().uses == 4


@pytest.mark.parametrize("put_away", [{"discarded": True}, {}], ids=["deleted for good", "in the bin"])
def test_what_was_put_away_does_not_come_back_by_itself(script: Actor, put_away: dict[str, bool]) -> None:
    first = take(script, File(PNG))
    Image.objects.update(binned_at=first.created_at, **put_away)
    assert take(script, File(PNG)).pk != first.pk


def test_pictures_from_the_studios_own_page_stay_as_many_as_were_added(alice: User) -> None:
    for _turn in range(2):
        services.take_upload(actor=actor_for(alice), team=None, data=PNG, name="plan.png")
    assert Image.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_eight_requests_with_the_same_new_bytes_bring_one_picture(
    script: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    barrier, store, before = threading.Barrier(8), services.store, set(storage.blob_keys())

    def together(prepared: Any) -> services.Stored:
        """All have looked and found nothing by now."""
        barrier.wait(30)
        return store(prepared)

    def one(_turn: int) -> UUID:
        try:
            return take(script, File(PNG)).pk
        finally:
            connection.close()

    monkeypatch.setattr(services, "store", together)
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(one, range(8)))) == 1
    assert (Image.objects.count(), Blob.objects.get().uses) == (1, 1)
    assert set(storage.blob_keys()) - before == {Blob.objects.get().key}


# Ours, by id and by address ------------------------------------------------------------------------------------------

OURS: dict[str, Callable[[UUID], Source]] = {
    "artifact": lambda row: Artifact(ids.shown("art", row)),
    "picture id": lambda row: Artifact(ids.shown("img", row)),
    "page": lambda row: Address(f"http://testserver/images/{row}/"),
    "media": lambda row: Address(f"https://studio.example/media/{row}/640"),
    "download": lambda row: Address(f"https://studio.example/images/{row}/download"),
}


@pytest.mark.parametrize("sort", OURS)
def test_what_is_ours_is_the_picture_itself_and_is_not_fetched(
    site: Website, script: Actor, alice: User, settings: Settings, sort: str
) -> None:
    settings.PUBLIC_URL = "https://studio.example"
    image = make_image(alice)
    with CaptureQueriesContext(connection) as asked:
        assert take(script, OURS[sort](image.pk), https_only=True) == image
    assert len(asked) == 1
    assert (site.asked, Image.objects.count()) == ({}, 1)


@pytest.mark.parametrize("sort", OURS)
def test_what_is_another_tenants_and_what_is_not_there_are_refused_alike(
    site: Website, script: Actor, charlie: User, alice: User, northwind: Team, settings: Settings, sort: str
) -> None:
    settings.PUBLIC_URL = "https://studio.example"
    rows = [
        uuid7(),
        make_image(charlie).pk,
        make_image(alice, northwind).pk,
        make_image(alice, discarded=True).pk,
    ]
    Membership.objects.filter(user=alice).delete()
    left = actor_for_key(script.key) if script.key else script
    told = {refusal(left, OURS[sort](row)) for row in rows}
    assert {(status, code) for status, code, _ in told} == {(404, "image_not_found")}
    assert len(told) == 1
    assert site.asked == {}


@pytest.mark.parametrize(
    "text", ["", "art_", "art_x", "gen_01h455vb4pex5vsknk084sn02q", "img_\0", "art_" + "9" * 5000]
)
def test_an_id_of_nothing_is_a_picture_that_is_not_there(script: Actor, text: str) -> None:
    assert refusal(script, Artifact(text))[:2] == (404, "image_not_found")


def test_an_address_of_ours_that_is_no_pictures_is_not_asked_over_the_network(
    site: Website, script: Actor
) -> None:
    for path in ("/", "/healthz", "/v1/models", "/media/preview/x/0", "/images/%00/"):
        assert refusal(script, Address(f"http://testserver{path}"))[:2] == (404, "image_not_found")
    assert site.asked == {}


# What is refused -----------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Source, str]] = {
    "no base 64": (Base64("not base 64 at all!"), "invalid_image"),
    "half a character": (Base64("AAA\ud800"), "invalid_image"),
    "five letters": (Base64("AAAAA"), "invalid_image"),
    "a data URI in plain": (DataUri("data:image/png,hello"), "invalid_image"),
    "no data URI": (DataUri(CODED), "invalid_image"),
    "a damaged file": (File(PNG[:90], "plan.png"), "invalid_image"),
    "nothing": (Base64(""), "unsupported_image_type"),
    "a drawing": (File(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "unsupported_image_type"),
    "a web page": (DataUri("data:text/html;base64,PGh0bWw+"), "unsupported_image_type"),
    "too many pixels": (File(png(11_000, 8_000, pixels=b"")), "image_too_large"),
    "no address": (Address("plan.png"), "address_address"),
    "another scheme": (Address("file:///etc/passwd"), "address_scheme"),
    "a password": (Address("http://me:canary@pictures.example/"), "address_user"),
    "another port": (Address("http://pictures.example:8000/"), "address_port"),
    "an endless address": (Address("http://pictures.example/" + "a" * 4096), "address_too_long"),
    "half of one in an address": (Address("http://pictures.example/\ud800"), "address_address"),
}


@pytest.mark.parametrize("sort", REFUSED)
def test_what_cannot_be_used_is_refused_at_its_field(site: Website, script: Actor, sort: str) -> None:
    source, expected = REFUSED[sort]
    status, code, _message = refusal(script, source)
    assert (status, code) == (400, expected)
    assert (Image.objects.count(), site.dialled) == (0, [])


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(404), "address_empty"),
        (Reply(403), "address_closed"),
        (Reply(500), "address_status"),
        (Reply(200, b"<!doctype html>"), "unsupported_image_type"),
        (Reply(200, PNG[:90]), "invalid_image"),
        (Reply(200, bytes(3000)), "image_too_large"),
    ],
)
def test_what_lies_at_an_address_is_refused_in_the_same_words(
    site: Website, script: Actor, reply: Reply, code: str
) -> None:
    site.says(reply)
    assert refusal(script, Address(AT), cap_bytes=2000)[:2] == (400, code)


def test_no_hostile_address_is_reached_by_a_program_either(site: Website, script: Actor) -> None:
    for url in HOSTILE:
        assert refusal(script, Address(url))[1].startswith("address_"), url
    assert site.dialled == []


def test_a_dialect_for_https_alone_fetches_nothing_else(site: Website, script: Actor) -> None:
    assert refusal(script, Address(AT), https_only=True)[:2] == (400, "address_scheme")
    assert site.asked == {}


@pytest.mark.parametrize("limit", [len(PNG) - 1, len(PNG)])
@pytest.mark.parametrize("sort", SOURCES)
def test_every_source_has_the_dialects_limit_to_the_byte(
    site: Website, script: Actor, sort: str, limit: int
) -> None:
    source = SOURCES[sort][0]
    if limit == len(PNG):
        assert take(script, source, cap_bytes=limit).blob.width == 96
    else:
        assert refusal(script, source, cap_bytes=limit)[:2] == (400, "image_too_large")


def test_a_program_may_send_more_than_a_page_takes(script: Actor) -> None:
    noise = b"\0" * (21 * 1024 * 1024)
    assert refusal(script, File(noise))[1] == "unsupported_image_type"
    assert "50 MB" in refusal(script, File(noise, "plan.png"))[2]
    assert refusal(script, File(bytes(inputs.CAP_BYTES + 1)))[1] == "image_too_large"


def test_who_may_only_look_brings_nothing_to_the_team_and_sends_the_server_nowhere(
    site: Website, charlie: User, northwind: Team
) -> None:
    Membership.objects.create(team=northwind, user=charlie, role=Role.VIEWER)
    for source, _name in SOURCES.values():
        with pytest.raises(Forbidden):
            take(actor_for(charlie), source, northwind)
    assert (site.asked, Image.objects.count()) == ({}, 0)


def test_this_servers_own_troubles_are_not_the_pictures(
    script: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "PERSON_WAITS_SECONDS", 0.01)
    monkeypatch.setattr("studio.images.intake.shared", lambda: pool.Pool(0))
    with pytest.raises(Busy):
        take(script, File(PNG))


# On the way ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["an address", "a file"])
@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_it_is_fetched_decoded_and_stored(
    site: Website, script: Actor, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    order: list[str] = []

    def watched(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def watching(*given: Any, **named: Any) -> Any:
            order.append(name)
            assert not connection.in_atomic_block
            return work(*given, **named)

        return watching

    monkeypatch.setattr(intake, "prepare", watched("decoded", intake.prepare))
    monkeypatch.setattr(services, "store", watched("stored", services.store))
    with CaptureQueriesContext(connection) as asked:
        monkeypatch.setattr(db, "release", lambda: order.append(f"released after {len(asked)}"))
        take(script, SOURCES[sort][0])
    before = ["released after 0"] * (2 if sort == "an address" else 1)
    assert order == [*before, "decoded", "released after 1", "stored"]


def test_one_persons_addresses_leave_places_for_others(
    script: Actor, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on = threading.Semaphore(0), threading.Event()

    def slow(url: str, *, cap: int) -> safe_fetch.Fetched:
        inside.release()
        assert go_on.wait(30)
        return safe_fetch.Fetched(url, PNG)

    def held(owner: User) -> None:
        with addresses._place_of(owner.pk):
            slow(AT, cap=1)

    owner = script.require_user()
    monkeypatch.setattr(addresses, "fetch", slow)
    with ThreadPoolExecutor(addresses.AT_ONCE) as threads:
        waiting = [threads.submit(held, owner) for _turn in range(addresses.AT_ONCE)]
        for _turn in waiting:
            assert inside.acquire(timeout=30)
        status, code, message = refusal(script, Address(AT))
        assert (status, code) == (429, "address_busy")
        assert message == "3 addresses of yours are being fetched now. Try again when one of them is done."
        go_on.set()
        assert take(actor_for(bob), Address(AT)).name == "plan.png"
    assert take(script, Address(AT)).name == "plan.png"
    assert not addresses._underway


# Masks ---------------------------------------------------------------------------------------------------------------


def test_a_mask_is_kept_as_one_and_stands_in_no_gallery(script: Actor) -> None:
    mask = take(script, File(holed(), "mask.png"), kind=Image.Kind.MASK)
    assert (mask.kind, mask.blob.mime, mask.blob.transparent) == (Image.Kind.MASK, "image/png", True)


@pytest.mark.parametrize(
    "data", [PNG, file_of(scene(), "JPEG"), CLEAR], ids=["no alpha", "a JPEG", "all opaque"]
)
def test_a_mask_that_marks_nothing_is_refused_before_it_costs(script: Actor, data: bytes) -> None:
    assert refusal(script, File(data), kind=Image.Kind.MASK)[:2] == (400, "invalid_mask")


def test_a_mask_is_as_large_as_the_first_picture(script: Actor) -> None:
    first = take(script, File(PNG))
    check_mask(take(script, File(holed()), kind=Image.Kind.MASK), first)
    with pytest.raises(Refused) as caught:
        check_mask(take(script, File(holed(96, 63)), kind=Image.Kind.MASK), first)
    assert (caught.value.code, caught.value.param) == ("invalid_mask", "mask")
    assert "The mask is 96 × 63 and the first picture 96 × 64." in caught.value.message


def test_a_masks_size_is_asked_of_pictures_that_were_here_before(alice: User) -> None:
    first, mask = (make_image(alice, blob=make_blob(width=width)) for width in (64, 65))
    with pytest.raises(Refused):
        check_mask(mask, first)


def test_a_data_uri_of_nothing_but_codes_is_refused_in_no_more_memory_than_it_takes_itself(
    script: Actor,
) -> None:
    source, limit = DataUri("data:image/png;base64," + "%41" * 500_000), 8_000_000
    tracemalloc.start()
    with pytest.raises(Refused):
        take(script, source)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < limit
