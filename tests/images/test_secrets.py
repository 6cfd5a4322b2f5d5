"""Eight secrets in every format, and everything that leaves the house searched for them."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import pytest

from studio.accounts.actors import actor_for
from studio.accounts.models import User
from studio.images import intake, services, storage
from studio.images.bare import is_bare
from studio.images.models import Image
from studio.images.plain import made, plain
from tests.gallery.scenes import stored_image
from tests.images.corpus import boxed, jpegs, pngs
from tests.images.corpus.planted import SECRETS, planted
from tests.images.samples import corners, file_of, opened, scene

PLANTED = planted()
FORMATS: tuple[intake.Format, ...] = ("png", "jpeg", "webp")
SEEN = ("red", "green", "blue", "white")


def secrets_in(data: bytes) -> list[str]:
    """The secrets that stand in the bytes as they are, or in what Pillow reads out of them."""
    said = data + repr(opened(data).info).encode() if intake.sniff(data) else data
    if data.startswith(b"\x89PNG"):
        said += b"".join(unpacked(body) for _kind, body in pngs.parted(data))
    return [place for place, secret in SECRETS.items() if secret in said]


def unpacked(body: bytes) -> bytes:
    start = body.find(b"\x78")
    try:
        return zlib.decompress(body[start:]) if start >= 0 else b""
    except zlib.error:
        return b""


def everything_of(image: Image) -> dict[str, bytes]:
    """All that a viewer, a download in another format, a vendor or the bearer of an address gets of a picture."""
    blob = image.blob
    copies = {
        f"copy of {width}": storage.get(storage.rendition_name(blob.key, width)) for width in blob.renditions
    }
    downloads = {f"download as {format_}": services.converted(image, format_) for format_ in FORMATS}
    stand_in = base64.b64decode(blob.placeholder.partition(",")[2])
    given = plain(blob)
    made(blob, given)
    return (
        copies
        | downloads
        | {
            "stand-in": stand_in,
            "reference": services.source_bytes(image)[0],
            "signed address": storage.get(given.name),
        }
    )


@pytest.mark.parametrize("name", PLANTED)
def test_every_secret_is_in_the_file_to_begin_with(name: str) -> None:
    data = PLANTED[name]
    packed = (
        b"".join(unpacked(body) for _kind, body in pngs.parted(pngs_part(data))) if name == "png" else b""
    )
    assert [place for place, secret in SECRETS.items() if secret not in data + packed] == []


def pngs_part(data: bytes) -> bytes:
    return data[: data.index(b"IEND") + 8]


@pytest.mark.parametrize("name", PLANTED)
def test_an_upload_leaves_all_of_them_behind(name: str, alice: User) -> None:
    image = services.take_upload(actor=actor_for(alice), team=None, data=PLANTED[name], name="a.png")
    kept = storage.get(storage.original_name(image.blob.key, image.blob.mime))
    found = everything_of(image) | {"what was kept": kept}
    assert {output: secrets_in(data) for output, data in found.items() if secrets_in(data)} == {}
    assert corners(opened(kept)) == SEEN
    assert is_bare(kept, image.blob.mime)
    assert found["reference"] == kept


@pytest.mark.parametrize("name", PLANTED)
def test_of_a_vendors_picture_only_the_download_of_its_own_file_has_them(name: str, alice: User) -> None:
    image = stored_image(alice, data=PLANTED[name])
    found = everything_of(image)
    same = f"download as {image.blob.mime.removeprefix('image/')}"
    assert {output: secrets_in(data) for output, data in found.items() if secrets_in(data)} == {}
    assert corners(opened(found["reference"])) == SEEN
    assert same == "download as avif" or corners(opened(found[same])) == SEEN


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
def test_what_is_bare_is_sent_as_it_is(format_: str, alice: User) -> None:
    data = file_of(scene(), format_)
    sent, mime, width, height = services.source_bytes(stored_image(alice, data=data))
    assert (sent, mime, width, height) == (data, f"image/{format_.lower()}", 96, 64)


@pytest.mark.parametrize("data", [file_of(scene(), "PNG"), pngs.with_chunks((b"tEXt", b"a\0b"))])
def test_a_row_from_before_it_was_noted_is_told_by_its_file(data: bytes, alice: User) -> None:
    blob = stored_image(alice, data=data).blob
    noted, blob.bare = plain(blob), None
    assert plain(blob) == noted


ODD = {
    "png with a tail": ("image/png", file_of(scene(), "PNG") + b"x"),
    "png with a note": ("image/png", pngs.with_chunks((b"tEXt", b"a\0b"))),
    "png cut short": ("image/png", file_of(scene(), "PNG")[:-6]),
    "jpeg with a tail": ("image/jpeg", jpegs.fine() + b"x"),
    "jpeg with a comment": ("image/jpeg", jpegs.fine(comment=b"x")),
    "jpeg with a thumbnail": ("image/jpeg", jpegs.with_segments((0xE0, b"JFIF\0\1\1\0\0\1\0\1\1\1abc"))),
    "jpeg cut short": ("image/jpeg", jpegs.fine()[:-300]),
    "jpeg of noise": ("image/jpeg", b"\xff\xd8\xff" + bytes(90)),
    "webp with a tail": ("image/webp", boxed.webp() + b"x"),
    "webp with a note": ("image/webp", boxed.riff(*boxed.parted(boxed.webp()), (b"NOTE", b"x"))),
    "webp cut short": ("image/webp", boxed.webp()[:-9]),
    "avif": ("image/avif", boxed.avif()),
}


@pytest.mark.parametrize("name", ODD)
def test_what_may_carry_a_note_does_not_count_as_bare(name: str) -> None:
    mime, data = ODD[name]
    assert not is_bare(data, mime)


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"keep_rgb": True}, {"restart_marker_rows": 1}], ids=str
)
def test_every_way_to_code_a_photograph_counts_as_bare(options: dict[str, Any]) -> None:
    assert is_bare(jpegs.fine(**options), "image/jpeg")
