"""Addresses without cookie or key: who gets in by one, for how long, and what they are told of the picture."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.http import HttpResponseBase
from django.test import AsyncClient, Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from studio.accounts import keys, teams
from studio.accounts.actors import Visibility, actor_for_key
from studio.accounts.models import ApiKey, Team, User
from studio.api import inputs
from studio.api.errors import Refused
from studio.api.results import signed_url
from studio.core import db
from studio.core.ids import uuid7
from studio.images import intake, pool, services, storage
from studio.images.models import Image
from studio.images.plain import plain
from tests.factories import make_image
from tests.gallery.scenes import JPEG, stored_image
from tests.images.corpus.planted import SECRETS, planted
from tests.images.samples import file_of, opened, scene
from tests.images.test_drawings import SCENE
from tests.providers.web import Website
from tests.web.test_media import body

HOUR = timedelta(minutes=60)
NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def key(alice: User) -> ApiKey:
    return keys.make(owner=alice, name="Nightly")[0]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Say how long after noon it is."""

    def tell(passed: timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: NOON + passed)

    tell(timedelta())
    return tell


def asker(key: ApiKey) -> Any:
    request: Any = RequestFactory().get("/d/openai/v1/images/generations")
    request.key, request.actor = key, actor_for_key(key)
    return request


def address(image: Image, key: ApiKey, lifetime: timedelta | None = None) -> str:
    return signed_url(image, lifetime, asker(key))


def path(image: Image, key: ApiKey, lifetime: timedelta | None = None) -> str:
    return urlsplit(address(image, key, lifetime)).path


def got(url: str, **headers: str) -> HttpResponseBase:
    """As somebody who has nothing but the address."""
    return Client().get(url, headers=headers)


def drawing(owner: User, text: str) -> Image:
    prepared = intake.prepare(text.encode(), keep_original=True, drawings=True)
    return services.add(stored=services.store(prepared), kind=Image.Kind.OUTPUT, owner=owner, team=None)


# What an address gives ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
def test_the_vendors_own_file_comes_to_whoever_has_the_address(
    alice: User, key: ApiKey, format_: str
) -> None:
    data = file_of(scene(700, 40), format_)
    image = stored_image(alice, data=data)
    url = path(image, key)
    assert url.endswith(storage.ENDINGS[image.blob.mime])
    answer = got(url)
    assert (answer.status_code, body(answer), answer["Content-Type"]) == (200, data, image.blob.mime)
    assert answer["Content-Length"] == str(len(data))


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-9"}, {"Accept": "text/html"}])
def test_it_says_its_type_and_nothing_runs_however_it_is_asked(
    alice: User, key: ApiKey, headers: dict[str, str]
) -> None:
    answer = got(path(stored_image(alice), key), **headers)
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Content-Disposition"].startswith("inline")
    assert "Set-Cookie" not in answer
    assert not answer.cookies


def test_a_head_tells_the_same_and_sends_nothing(alice: User, key: ApiKey) -> None:
    url = path(stored_image(alice), key)
    head, whole = Client().head(url), got(url)
    assert body(head) == b""
    names = ("Content-Type", "Content-Length", "Content-Disposition", "ETag")
    assert [head[name] for name in names] == [whole[name] for name in names]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_is_written_through_an_address(alice: User, key: ApiKey, method: str) -> None:
    assert getattr(Client(), method)(path(stored_image(alice), key)).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_it_streams_under_asgi(alice: User, key: ApiKey) -> None:
    url = path(stored_image(alice), key)

    async def fetched() -> bytes:
        response = await AsyncClient().get(url)
        return b"".join([piece async for piece in response])  # type: ignore[attr-defined]

    assert asyncio.run(fetched()) == JPEG


def test_it_leads_to_the_public_address_or_to_where_it_was_asked(
    alice: User, key: ApiKey, settings: Settings
) -> None:
    image = stored_image(alice)
    assert address(image, key).startswith(f"http://testserver/r/{image.pk}/")
    settings.PUBLIC_URL = "https://studio.example"
    assert address(image, key).startswith(f"https://studio.example/r/{image.pk}/")


def test_what_the_browser_has_is_not_sent_again(alice: User, key: ApiKey) -> None:
    url = path(stored_image(alice), key)
    again = got(url, **{"If-None-Match": got(url)["ETag"]})
    assert (again.status_code, body(again)) == (304, b"")
    assert again["Cache-Control"].startswith("private, max-age=")


def test_a_fetch_asks_the_database_three_times_and_making_an_address_not_at_all(
    alice: User, northwind: Team, django_assert_num_queries: Any
) -> None:
    key = keys.make(owner=alice, name="Team script", team=northwind)[0]
    image, request = stored_image(alice, northwind), asker(key)
    with django_assert_num_queries(0):
        url = urlsplit(signed_url(image, HOUR, request)).path
    with django_assert_num_queries(3):
        assert got(url).status_code == 200


# What it does not tell ----------------------------------------------------------------------------------------------


def test_neither_hash_nor_prompt_is_in_address_or_answer(alice: User, key: ApiKey) -> None:
    image = stored_image(alice, prompt="a secret stair", name="secret.png", alt="secret")
    url = address(image, key)
    answer = got(urlsplit(url).path)
    told = url + str(answer.headers)
    for secret in (image.blob.sha256[:12], image.blob.key[:12], "secret", key.prefix, key.digest[:12]):
        assert secret not in told
    assert f'filename="picture-{image.pk.hex[-6:]}.jpg"' in answer["Content-Disposition"]


@pytest.mark.parametrize(("name", "data"), planted().items())
def test_a_vendors_notes_in_the_file_stay_here(alice: User, key: ApiKey, name: str, data: bytes) -> None:
    image = stored_image(alice, data=data)
    url = path(image, key)
    answer = got(url)
    sent = body(answer)
    assert not [place for place, secret in SECRETS.items() if secret in sent]
    assert answer["Content-Type"] == intake.sniff(sent)
    assert url.endswith(storage.ENDINGS[answer["Content-Type"]])
    assert answer["Content-Length"] == str(len(sent))
    assert opened(sent).size == image.blob.sides


def test_the_copy_without_notes_is_made_once_and_goes_with_the_picture(
    alice: User, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = stored_image(alice, data=file_of(scene(), "JPEG", comment=b"secret"))
    first = body(got(path(image, key)))
    monkeypatch.setattr(intake, "convert", lambda *given, **named: pytest.fail("made again"))
    assert body(got(path(image, key))) == first
    assert storage.exists(plain(image.blob).name)
    storage.delete_blob(image.blob.key)
    assert not storage.exists(plain(image.blob).name)


def test_a_drawing_is_an_attachment_that_runs_nothing(alice: User, key: ApiKey) -> None:
    answer = got(path(drawing(alice, SCENE), key))
    assert (answer["Content-Type"], body(answer)) == ("image/svg+xml", SCENE.encode())
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


WORDS = {
    "title": "<title>a secret stair</title>",
    "description": "<desc>secret</desc>",
    "note": "<metadata>secret</metadata>",
    "comment": "<!-- secret -->",
    "words": "<text>secret</text>",
    "script": "<script>secret</script>",
    "attribute": '<path data-prompt="secret" d="M0 0"/>',
    "long id": '<path id="a secret stair" d="M0 0"/>',
    "style": "<style>.secret{}</style>",
    "property": '<path style="prompt: secret" d="M0 0"/>',
    "another tongue": '<secret:prompt xmlns:secret="http://secret.example/"/>',
    "picture": '<image href="data:image/png;base64,c2VjcmV0"/>',
    "plain text": "secret",
    "CDATA": "<![CDATA[secret]]>",
    "instruction": "<?secret?>",
}


@pytest.mark.parametrize("place", WORDS)
def test_a_drawing_with_words_in_it_comes_as_pixels(alice: User, key: ApiKey, place: str) -> None:
    image = drawing(alice, SCENE.replace("</svg>", f"{WORDS[place]}</svg>"))
    answer = got(path(image, key))
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline")
    assert b"secret" not in body(answer)


@pytest.mark.parametrize("around", ["before", "after"])
def test_words_around_a_drawing_are_words_in_it(alice: User, key: ApiKey, around: str) -> None:
    text = f"<!-- secret -->{SCENE}" if around == "before" else f"{SCENE}<!-- secret -->"
    assert got(path(drawing(alice, text), key))["Content-Type"] == "image/png"


# For how long --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lifetime", [HOUR, timedelta(minutes=10)])
def test_it_ends_at_its_second_and_says_so(
    alice: User, key: ApiKey, told: Callable[[timedelta], None], lifetime: timedelta
) -> None:
    url = path(stored_image(alice), key, lifetime)
    told(lifetime - timedelta(seconds=1))
    assert got(url).status_code == 200
    told(lifetime)
    ended = got(url)
    assert (ended.status_code, ended["Cache-Control"]) == (410, "no-store")
    assert body(ended) == b"This address has ended. Ask for the picture again to get a new one.\n"


def test_one_without_an_end_lives_as_long_as_the_picture(
    alice: User, key: ApiKey, told: Callable[[timedelta], None]
) -> None:
    image = stored_image(alice)
    url = path(image, key)
    told(timedelta(days=4000))
    assert got(url).status_code == 200
    Image.objects.filter(pk=image.pk).update(discarded=True)
    assert got(url).status_code == 404


def test_a_lifetime_of_nothing_is_over_and_not_without_end(alice: User, key: ApiKey) -> None:
    assert got(path(stored_image(alice), key, timedelta())).status_code == 410


@pytest.mark.parametrize(("left", "most"), [(3600, 600), (600, 600), (90, 90), (1, 1)])
def test_no_browser_keeps_it_for_longer_than_it_lives(
    alice: User, key: ApiKey, told: Callable[[timedelta], None], left: int, most: int
) -> None:
    url = path(stored_image(alice), key, HOUR)
    told(HOUR - timedelta(seconds=left))
    assert got(url)["Cache-Control"] == f"private, max-age={most}"


def test_no_connection_is_held_while_the_file_is_sent(
    alice: User, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = path(stored_image(alice), key)
    with CaptureQueriesContext(connection) as asked:
        released: list[int] = []
        monkeypatch.setattr(db, "release", lambda: released.append(len(asked)))
        assert body(got(url)) == JPEG
    assert released == [3]
    assert len(asked) == 3


def test_an_ended_address_asks_the_database_nothing(
    alice: User, key: ApiKey, django_assert_num_queries: Any
) -> None:
    url = path(stored_image(alice), key, timedelta())
    with django_assert_num_queries(0):
        assert got(url).status_code == 410


# Who may still see it ------------------------------------------------------------------------------------------------


def team_key(bob: User, northwind: Team) -> ApiKey:
    return keys.make(owner=bob, name="Script", team=northwind)[0]


def test_who_left_the_team_takes_their_addresses_along(alice: User, bob: User, northwind: Team) -> None:
    image = stored_image(alice, northwind)
    bobs, alices = path(image, team_key(bob, northwind)), path(image, team_key(alice, northwind))
    assert got(bobs).status_code == 200
    teams.remove(by=alice, team=northwind, user=bob)
    assert (got(bobs).status_code, got(alices).status_code) == (404, 200)


def test_what_becomes_private_is_no_longer_the_teams(alice: User, bob: User, northwind: Team) -> None:
    image = stored_image(alice, northwind)
    url = path(image, team_key(bob, northwind))
    Image.objects.update(visibility=Visibility.PRIVATE)
    assert got(url).status_code == 404


@pytest.mark.parametrize(
    "end",
    [
        lambda image: User.objects.update(is_active=False),
        lambda image: ApiKey.objects.all().delete(),
        lambda image: Image.objects.update(binned_at=timezone.now()),
        lambda image: Image.objects.update(binned_at=timezone.now(), discarded=True),
        lambda image: storage.delete_blob(image.blob.key),
    ],
    ids=["owner switched off", "key removed", "in the bin", "deleted for good", "file gone"],
)
def test_what_is_no_longer_to_be_seen_is_not_shown(
    alice: User, key: ApiKey, end: Callable[[Image], object]
) -> None:
    image = stored_image(alice, data=file_of(scene(), "PNG"))
    url = path(image, key)
    assert got(url).status_code == 200
    end(image)
    assert got(url).status_code == 404


def test_out_of_the_bin_it_is_back(alice: User, key: ApiKey) -> None:
    image = stored_image(alice)
    url = path(image, key)
    Image.objects.update(binned_at=timezone.now())
    Image.objects.update(binned_at=None)
    assert got(url).status_code == 200


def test_a_change_of_keys_breaks_no_address(alice: User, key: ApiKey) -> None:
    url = path(stored_image(alice), key)
    ApiKey.objects.update(revoked_at=timezone.now(), expires_at=timezone.now())
    assert got(url).status_code == 200


def test_the_tag_does_not_spare_the_question_of_access(alice: User, key: ApiKey) -> None:
    url = path(stored_image(alice), key)
    tag = got(url)["ETag"]
    Image.objects.update(discarded=True)
    assert got(url, **{"If-None-Match": tag}).status_code == 404


def test_an_address_for_a_file_that_is_gone_can_still_be_made(alice: User, key: ApiKey) -> None:
    assert got(path(make_image(alice), key)).status_code == 404


def test_where_every_decoder_is_at_work_it_is_said(
    alice: User, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = path(stored_image(alice, data=file_of(scene(), "JPEG", comment=b"secret")), key)
    monkeypatch.setattr(pool, "PERSON_WAITS_SECONDS", 0.01)
    monkeypatch.setattr("studio.images.intake.shared", lambda: pool.Pool(0))
    assert got(url).status_code == 503


# Forgeries -----------------------------------------------------------------------------------------------------------


def test_one_changed_letter_anywhere_is_the_address_of_nothing(alice: User, key: ApiKey) -> None:
    image = stored_image(alice)
    url = path(image, key, HOUR)
    signed = url.rpartition("/")[2]
    nothing = body(got(f"/r/{uuid7()}/{signed}"))
    for place in range(len(signed)):
        letter = "A" if signed[place] != "A" else "B"
        forged = got(f"/r/{image.pk}/{signed[:place]}{letter}{signed[place + 1 :]}")
        assert (forged.status_code, body(forged)) == (404, nothing), place


def test_a_signature_is_for_one_picture_key_and_end(alice: User, key: ApiKey, charlie: User) -> None:
    image, other = stored_image(alice), stored_image(alice, data=file_of(scene(), "JPEG"))
    signed = path(image, key, HOUR).rpartition("/")[2]
    assert got(f"/r/{other.pk}/{signed}").status_code == 404
    theirs = path(image, keys.make(owner=charlie, name="Nightly")[0], HOUR)
    assert got(theirs).status_code == 404
    head = base64.urlsafe_b64encode(key.pk.bytes + bytes(5)).decode()
    assert got(f"/r/{image.pk}/{head}{signed[28:]}").status_code == 404


@pytest.mark.parametrize(
    "signed",
    [
        "x",
        ".png",
        "A" * 50 + ".png",
        "A" * 50,
        "A" * 5000 + ".png",
        "٤" * 50 + ".png",
        "%00",
        "A" * 50 + ".png%0a",
    ],
)
def test_garbage_is_the_address_of_nothing_and_asks_the_database_nothing(
    alice: User, signed: str, django_assert_num_queries: Any
) -> None:
    image = stored_image(alice)
    with django_assert_num_queries(0):
        assert got(f"/r/{image.pk}/{signed}").status_code == 404


def test_another_servers_signature_is_worth_nothing(alice: User, key: ApiKey, settings: Settings) -> None:
    url = path(stored_image(alice), key)
    settings.SECRET_KEY = "another"
    assert got(url).status_code == 404


# Sent back as input --------------------------------------------------------------------------------------------------


def sent_back(url: str, key: ApiKey) -> Image:
    return inputs.take(actor_for_key(key), key.team, inputs.Address(url), request=asker(key))


def test_a_result_sent_back_is_the_picture_itself_even_after_its_end(
    site: Website, alice: User, key: ApiKey, told: Callable[[timedelta], None], settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://studio.example"
    image = stored_image(alice)
    url = address(image, key, HOUR)
    told(HOUR * 2)
    assert sent_back(url, key) == image
    assert (site.asked, Image.objects.count()) == ({}, 1)


def test_whoever_has_anothers_address_may_look_and_may_not_use_it(
    site: Website, alice: User, key: ApiKey, charlie: User
) -> None:
    image, theirs = stored_image(alice), keys.make(owner=charlie, name="Script")[0]
    url = address(image, key)
    assert got(urlsplit(url).path).status_code == 200
    told = []
    for tried in (url, url.replace(str(image.pk), str(uuid7()))):
        with pytest.raises(Refused) as caught:
            sent_back(tried, theirs)
        told.append((caught.value.status, caught.value.code, caught.value.message))
    assert told[0] == told[1]
    assert told[0][:2] == (404, "image_not_found")
    assert (site.asked, Image.objects.filter(owner=charlie).count()) == ({}, 0)
