"""What adapters share: refusals, reading and writing what vendors do, and one word for each failure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers import errors, wire
from providers.base import Config, Facts, Health, ImageRequest, InputImage, Output
from providers.http import about, begun, client_of, fetched, health
from providers.refusals import NOT_OFFERED, half_sized, not_offered, raise_first
from providers.sending import as_file, as_text, data_uri

PLAIN = ImageRequest(model="m", prompt="a boat")
PNG = InputImage(b"png", "image/png", 8, 8)
WISHES: dict[str, ImageRequest] = {
    "negative prompt": replace(PLAIN, negative_prompt="fog"),
    "seed": replace(PLAIN, seed=0),
    "strength": replace(PLAIN, strength=0.0),
    "mask": replace(PLAIN, mask=PNG),
    "style": replace(PLAIN, style="vivid"),
    "quality": replace(PLAIN, quality="low"),
    "moderation": replace(PLAIN, moderation="low"),
    "transparency": replace(PLAIN, background="transparent"),
    "compression": replace(PLAIN, output_compression=0),
    "previews": replace(PLAIN, partials=1),
    "presets": replace(PLAIN, preset="square"),
}


@pytest.mark.parametrize("wish", NOT_OFFERED)
def test_a_wish_is_refused_by_its_own_sentence_and_by_no_other(wish: str) -> None:
    raise_first(not_offered(PLAIN, *NOT_OFFERED))
    applying = [name for name in NOT_OFFERED if any(not_offered(WISHES[wish], name).values())]
    assert applying == [wish]
    with pytest.raises(errors.InvalidRequest):
        raise_first(not_offered(WISHES[wish], wish))


def test_what_is_left_to_the_vendor_is_refused_by_nobody() -> None:
    left = replace(PLAIN, quality="auto", moderation="auto", background="opaque")
    raise_first(not_offered(left, *NOT_OFFERED) | half_sized(left))


@pytest.mark.parametrize("sides", [(8, None), (None, 8)])
def test_a_width_needs_a_height(sides: tuple[int | None, int | None]) -> None:
    with pytest.raises(errors.InvalidRequest, match="Width and height"):
        raise_first(half_sized(replace(PLAIN, width=sides[0], height=sides[1])))


@pytest.mark.parametrize(
    ("told", "count", "seed"),
    [(7, 7, 7), (0, 0, 0), (-1, None, None), (True, None, None), ("7", None, None), (2**63, 2**63, None)],
)
def test_a_number_is_one_or_none(told: object, count: int | None, seed: int | None) -> None:
    assert (wire.count(told), wire.seed(told), wire.tokens(told)) == (count, seed, count or 0)


@pytest.mark.parametrize("told", [None, "", 7, "a" * 201, {"id": "a"}])
def test_a_task_without_an_id_is_lost(told: object) -> None:
    with pytest.raises(errors.AnswerLost):
        wire.task_id(told)
    assert wire.task_id("a" * 200) == "a" * 200


@pytest.mark.parametrize(
    ("document", "message"),
    [({"error": {"message": "no"}}, "no"), ({"error": "no"}, "no"), ({}, None), ([], None), (None, None)],
)
def test_an_error_is_an_object_or_a_sentence(document: object, message: str | None) -> None:
    assert wire.error_of(document) == {"message": message}


@pytest.mark.parametrize("told", [None, 7, "%%%", "YQ", "wörter"])
def test_what_is_no_base64_is_no_picture(told: object) -> None:
    assert (wire.decoded(told), wire.decoded("YQ==")) == (b"", b"a")


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("data:image/PNG;base64,YQ==", (b"a", "image/png")),
        ("data:image/png,a", (b"", "image/png")),
        ("data:image/png;base64,%%%", (b"", "image/png")),
        ("data:", (b"", "")),
        ("https://vendor.example/a.png", None),
    ],
)
def test_a_picture_may_be_its_own_address(address: str, read: tuple[bytes, str] | None) -> None:
    assert wire.inlined(address) == read
    assert wire.inlined(data_uri(PNG)) == (PNG.data, PNG.mime)


def test_a_form_holds_files_and_texts() -> None:
    assert as_file("image", PNG) == ("image.png", b"png", "image/png")
    assert [as_text("x", value) for value in (True, False, 1, 0.5, "a")] == ["true", "false", "1", "0.5", "a"]
    with pytest.raises(errors.InvalidRequest, match="The parameter loras"):
        as_text("loras", [])


def opened(entry: str) -> Output:
    if entry == "gone":
        raise errors.ResultExpired("gone")
    if entry == "lost":
        raise errors.AnswerLost("lost")
    return Output(entry.encode(), "image/png")


def test_pictures_that_can_be_had_are_delivered_without_those_that_cannot() -> None:
    assert [output.data for output in fetched(["gone", "a", "lost", "b"], opened)] == [b"a", b"b"]


@pytest.mark.parametrize(
    ("entries", "missing", "kind"),
    [
        (["lost", "gone"], None, errors.ResultExpired),
        ([], None, errors.EmptyResult),
        ([], errors.ModerationOutput("declined"), errors.ModerationOutput),
    ],
)
def test_where_not_one_picture_is_left_the_last_failure_is_told(
    entries: list[str], missing: errors.ProviderError | None, kind: type[errors.ProviderError]
) -> None:
    with pytest.raises(errors.ProviderError) as caught, about("task-1"):
        fetched(entries, opened, missing)
    assert (type(caught.value), caught.value.vendor_ref) == (kind, "task-1")


@pytest.mark.parametrize("kind", [errors.RateLimited, errors.NotSent, errors.NotReady, errors.UpstreamError])
def test_work_that_had_begun_may_not_be_paid_again(kind: type[errors.ProviderError]) -> None:
    problem = begun(kind("slow down", vendor_code="limit", vendor_ref="r-1", retry_after=3.0))
    assert (type(problem), problem.message) == (errors.UpstreamError, "slow down")
    assert (problem.vendor_code, problem.vendor_ref, problem.safe_to_resend) == ("limit", "r-1", False)


def test_a_failure_that_was_no_leave_to_pay_again_stays_what_it_was() -> None:
    problem = errors.ModerationOutput("declined")
    assert begun(problem) is problem


def test_a_vendor_is_well_or_says_what_goes_wrong() -> None:
    assert health(lambda: "It answers.") == Health(ok=True, message="It answers.")
    assert health(Config().required_key) == Health(ok=False, message="No key is set for this vendor.")


def test_a_client_speaks_to_the_address_that_is_set_before_the_vendors_own() -> None:
    facts = Facts(address="https://vendor.example")
    assert repr(client_of(Config(url="http://127.0.0.1:9/v1"), facts)) == "Client('http://127.0.0.1:9/v1')"
    assert repr(client_of(Config(), facts)) == "Client('https://vendor.example')"
    assert ".invalid" in repr(client_of(Config(), Facts(needs_url=True)))
    with pytest.raises(errors.AuthError, match="No address"):
        Config().require_address()
