"""A vendor's SVG: kept as it is, shown as pixels, and whatever else it asks for does not happen."""

from __future__ import annotations

import base64
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import resvg_py
from django.test import Client
from PIL import Image

from studio.accounts.models import User
from studio.images import intake, services, storage
from studio.images.drawings import DEPTH, ELEMENTS, Unsafe, cleaned, drawn
from studio.images.errors import Broken, TimedOut, TooLarge, Unsupported
from studio.images.limits import DRAWING_BYTES
from studio.images.models import Image as Picture
from studio.images.pool import Pool
from tests.images.samples import corners, file_of, opened, png
from tests.providers.simulators.base import Reply, Request, Simulator

XMLNS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
BLUE = '<rect width="8" height="8" fill="blue"/>'
SCENE = (
    f'<svg {XMLNS} viewBox="0 0 6 4"><path fill="#fff" d="M0 0h6v4H0z"/><path fill="red" d="M0 0h3v2H0z"/>'
    '<path fill="lime" d="M3 0h3v2H3z"/><path fill="blue" d="M0 2h3v2H0z"/></svg>'
)
SHOWN = ("red", "green", "blue", "white")


def svg(inside: str, head: str = "") -> str:
    return f'{head}<svg {XMLNS} width="8" height="8">{inside}</svg>'


def middle(picture: bytes) -> object:
    seen = opened(picture).convert("RGBA")
    return seen.getpixel((seen.width // 2, seen.height // 2))


# What is kept and shown ------------------------------------------------------------------------------------------


def test_a_drawing_is_kept_to_the_byte_and_shown_as_pixels() -> None:
    data = SCENE.encode()
    prepared = intake.prepare(data, keep_original=True, drawings=True)
    assert (prepared.mime, prepared.data) == ("image/svg+xml", data)
    assert (prepared.width, prepared.height) == (1280, 854)
    assert sorted(prepared.renditions) == [320, 640, 1280]
    for width, copy in prepared.renditions.items():
        assert corners(opened(copy)) == SHOWN
        assert opened(copy).width == width


@pytest.mark.parametrize("options", [{"keep_original": True}, {"keep_original": False, "drawings": True}])
def test_only_a_vendor_brings_a_drawing(options: dict[str, bool]) -> None:
    with pytest.raises(Unsupported, match="is an SVG drawing"):
        intake.prepare(SCENE.encode(), name="logo.svg", **options)


def test_a_drawing_becomes_pixels_wherever_pixels_are_wanted(alice: User) -> None:
    stored = services.store(intake.prepare(SCENE.encode(), keep_original=True, drawings=True))
    image = services.add(stored=stored, kind=Picture.Kind.OUTPUT, owner=alice, team=None)
    assert storage.get(storage.original_name(image.blob.key, image.blob.mime)) == SCENE.encode()
    data, mime, width, height = services.source_bytes(image)
    assert (mime, (width, height)) == ("image/png", (1280, 854))
    assert opened(data).size == (1280, 854)
    for format_ in ("png", "jpeg", "webp"):
        assert corners(opened(services.converted(image, format_))) == SHOWN


def test_the_original_is_saved_and_never_shown(as_alice: Client, alice: User) -> None:
    data = svg("<script>alert(1)</script>" + BLUE).encode()
    stored = services.store(intake.prepare(data, keep_original=True, drawings=True))
    image = services.add(stored=stored, kind=Picture.Kind.OUTPUT, owner=alice, team=None)
    for path in (
        f"/media/{image.pk}/original",
        f"/images/{image.pk}/download",
        f"/images/{image.pk}/download?format=",
    ):
        response = as_alice.get(path)
        assert b"".join(response) == data
        assert response["Content-Type"] == "image/svg+xml"
        assert response["Content-Disposition"].startswith("attachment; ")
        assert response["Content-Disposition"].endswith('.svg"')
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["X-Content-Type-Options"] == "nosniff"
    page = as_alice.get(f"/images/{image.pk}/").content.decode()
    assert "/original" not in page
    assert 'name="format" value="">SVG' in page


def test_no_larger_drawing_is_read() -> None:
    with pytest.raises(TooLarge, match="Use a file under 5 MB"):
        intake.prepare(SCENE.encode() + b" " * DRAWING_BYTES, keep_original=True, drawings=True)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (f'<svg {XMLNS} width="20000" height="10000"/>', (1280, 640)),
        (f'<svg {XMLNS} width="2" height="4"/>', (640, 1280)),
        (f'<svg {XMLNS} viewBox="0 0 1 1000000"/>', (1, 1280)),
        (f'<svg {XMLNS} width="1e7" height="1e7"/>', (1280, 1280)),
        (f'<svg {XMLNS}><rect width="9000000" height="9000000"/></svg>', (1280, 1280)),
    ],
)
def test_however_large_a_drawing_says_it_is_it_is_drawn_in_one_size(text: str, size: tuple[int, int]) -> None:
    assert opened(drawn(text.encode())).size == size


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_drawing_may_be_written_in_any_coding_that_it_names(coding: str) -> None:
    name = coding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{name}"?>' + svg(f"<title>Bücher &amp; mehr</title>{BLUE}")
    assert "Bücher &amp; mehr" in cleaned(text.encode(coding))
    assert middle(drawn(text.encode(coding))) == (0, 0, 255, 255)


# What it asks for, and does not get --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def red(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture and a drawing that are red, where every process may read them."""
    folder = tmp_path_factory.mktemp("read")
    (folder / "red.png").write_bytes(file_of(Image.new("RGB", (8, 8), "red"), "PNG"))
    (folder / "red.svg").write_text(svg('<rect id="all" width="8" height="8" fill="red"/>'))
    (folder / "red.css").write_text("rect { fill: red }")
    return folder


def within(text: str) -> str:
    """As a picture in a data: address."""
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode()).decode()


ASKS = {
    "a file": '<image href="{folder}/red.png" width="8" height="8"/>',
    "a file by the old name": '<image xlink:href="{folder}/red.png" width="8" height="8"/>',
    "a file beyond spaces": '<image href="  {folder}/red.png" width="8" height="8"/>',
    "a file's address": '<image href="file://{folder}/red.png" width="8" height="8"/>',
    "a drawing": '<image href="{folder}/red.svg" width="8" height="8"/>',
    "a part of a drawing": '<use href="{folder}/red.svg#all"/>',
    "a file behind its base": '<g xml:base="{folder}/"><image href="red.png" width="8" height="8"/></g>',
    "a file as a filter": '<filter id="f"><feImage href="{folder}/red.png"/></filter>'
    '<rect width="8" height="8" filter="url(#f)"/>',
    "a file as a pattern": '<pattern id="p" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<image href="{folder}/red.png" width="8" height="8"/></pattern><rect width="8" height="8" fill="url(#p)"/>',
    "a site": '<image href="{site}/red.png" width="8" height="8"/>',
    "a site without its scheme": '<image href="{site_bare}/red.png" width="8" height="8"/>',
    "a site's drawing": '<use href="{site}/red.svg#all"/>',
    "a site's style": '<style>@import url({site}/red.css);</style><rect width="8" height="8" fill="none"/>',
    "a file's style": '<style>@import url({folder}/red.css);</style><rect width="8" height="8" fill="none"/>',
    "a site's colour": '<rect width="8" height="8" style="fill: url({site}/red.svg#all) none"/>',
    "a site's font": "<style>@font-face {{ font-family: f; src: url({site}/f.ttf) }}</style>"
    '<text y="8" font-family="f">X</text>',
    "a script": '<script>document.querySelector("rect").setAttribute("fill", "red")</script>'
    '<script href="{site}/a.js"/><rect width="8" height="8" fill="none"/>',
    "a handler": '<rect width="8" height="8" fill="none" onload="this.setAttribute(\'fill\', \'red\')"/>',
    "a page": '<foreignObject width="8" height="8"><body xmlns="http://www.w3.org/1999/xhtml">'
    '<iframe src="{site}/"/><img src="{folder}/red.png"/></body></foreignObject>',
    "an inclusion": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{folder}/red.svg"/>',
}
"""Each would turn the middle red, or reach the site, if it got what it asks for."""


@pytest.fixture(scope="module")
def site() -> Iterator[Simulator]:
    class Listening(Simulator):
        def answer(self, request: Request) -> Reply:
            return Reply(404)

    with Listening() as listening:
        yield listening


def asking(what: str, red: Path, site: Simulator) -> str:
    place = {"folder": red, "site": site.origin, "site_bare": site.origin.removeprefix("http:")}
    return svg(ASKS[what].format(**place))


def is_red(picture: bytes) -> bool:
    return middle(picture) == (255, 0, 0, 255)


@pytest.mark.parametrize("what", ASKS)
def test_nothing_outside_a_drawing_is_read_or_fetched(what: str, red: Path, site: Simulator) -> None:
    text = asking(what, red, site)
    assert not is_red(drawn(text.encode()))
    nested = svg(f'<image href="{within(text)}" width="8" height="8"/>')
    assert not is_red(drawn(nested.encode()))
    assert "image/svg" not in cleaned(nested.encode())
    assert site.requests == []


def test_without_the_cleaning_files_would_be_read(red: Path, site: Simulator) -> None:
    """So that the test above means something: this is what the renderer does by itself."""
    read = {
        what
        for what in ASKS
        if is_red(bytes(resvg_py.svg_to_bytes(svg_string=asking(what, red, site), skip_system_fonts=True)))
    }
    assert {"a file", "a file by the old name", "a drawing", "a file as a pattern"} <= read
    assert site.requests == []


def test_in_the_decoder_not_even_an_uncleaned_drawing_reads_a_file(red: Path, site: Simulator) -> None:
    """The second wall: where drawings are drawn, no descriptor is left to open a file or a socket with."""
    work = """if True:
        import sys
        from PIL import Image
        import io, resvg_py
        from studio.images import child
        child.warm_up()
        child.confine()
        sys.stdout.buffer.write(bytes(resvg_py.svg_to_bytes(svg_string=sys.stdin.read(), skip_system_fonts=True)))
    """
    text = asking("a file", red, site)
    done = subprocess.run([sys.executable, "-c", work], input=text.encode(), capture_output=True, check=True)
    assert middle(done.stdout) == (0, 0, 0, 0)


HEADS = {
    "an entity": '<!DOCTYPE svg [<!ENTITY fill "red">]>',
    "a file's entity": '<!DOCTYPE svg [<!ENTITY fill SYSTEM "file:///etc/hostname">]>',
    "a parameter": '<!DOCTYPE svg [<!ENTITY % more SYSTEM "{site}/more.dtd"> %more;]>',
    "laughs": '<!DOCTYPE svg [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>",
}


@pytest.mark.parametrize("what", HEADS)
def test_a_drawing_with_entities_is_not_read(what: str, site: Simulator) -> None:
    with pytest.raises(Unsafe):
        cleaned(svg("<text>&i;</text>", HEADS[what].format(site=site.origin)).encode())
    assert site.requests == []


def test_an_external_doctype_and_a_style_sheet_of_another_place_fall_away(site: Simulator) -> None:
    head = (
        f'<?xml-stylesheet href="{site.origin}/red.css"?>'
        f'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "{site.origin}/svg11.dtd"><!-- {site.origin} -->'
    )
    assert cleaned(svg(BLUE, head).encode()) == cleaned(svg(BLUE).encode())
    assert site.requests == []


def test_what_belongs_to_the_drawing_stays() -> None:
    red_pixel = base64.b64encode(file_of(Image.new("RGB", (1, 1), "red"), "PNG")).decode()
    inside = (
        '<defs><g id="part"><rect width="8" height="8" fill="lime"/></g></defs><use xlink:href="#part"/>'
        f'<image href="data:image/png;base64,{red_pixel}" x="2" y="2" width="4" height="4"/>'
        "<style><![CDATA[rect > a { fill: blue }]]></style><!-- &amp; -->"
    )
    seen = opened(drawn(svg(inside).encode()))
    assert seen.getpixel((20, 20)) == (0, 255, 0, 255)
    assert seen.getpixel((640, 640)) == (255, 0, 0, 255)
    assert "rect &gt; a" in cleaned(svg(inside).encode())


@pytest.mark.parametrize(
    "inside",
    ["<g>" * DEPTH + "</g>" * DEPTH, "<g/>" * ELEMENTS, "<g>" * 100_000],
    ids=["deep", "many", "deep and open"],
)
def test_a_drawing_too_deep_or_of_too_many_parts_is_not_drawn(inside: str) -> None:
    with pytest.raises(Unsafe):
        cleaned(svg(inside).encode())


def test_as_deep_as_is_allowed_the_renderer_lives() -> None:
    nested = "<g>" * (DEPTH - 2) + BLUE + "</g>" * (DEPTH - 2)
    assert middle(drawn(svg(nested).encode())) == (0, 0, 255, 255)


# What must not hurt ------------------------------------------------------------------------------------------------


def uses(levels: int, each: int) -> str:
    chain = "".join(f'<g id="a{i + 1}">{f"<use href='#a{i}'/>" * each}</g>' for i in range(levels))
    return f'<defs><g id="a0">{BLUE}</g>{chain}</defs><use href="#a{levels}"/>'


def data_png(width: int, height: int) -> str:
    return f'<image width="8" height="8" href="data:image/png;base64,{base64.b64encode(png(width, height)).decode()}"/>'


BOMBS = {
    "uses that double": uses(40, 2),
    "ten uses of ten": uses(9, 10),
    "a long chain of uses": uses(900, 1),
    "a use of itself": '<g id="a"><use href="#a"/></g>',
    "uses in a circle": '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
    "a mask of itself": f'<mask id="a"><g mask="url(#a)">{BLUE}</g></mask><g mask="url(#a)">{BLUE}</g>',
    "layers": '<g opacity=".9">' * 90 + BLUE + "</g>" * 90,
    "a large filter": '<filter id="f" x="-10" y="-10" width="21" height="21"><feTurbulence numOctaves="9999999"/>'
    '<feGaussianBlur stdDeviation="1000"/></filter><rect width="8" height="8" filter="url(#f)"/>',
    "a picture of 256 megapixels": data_png(16_000, 16_000),
    "fine dashes": '<path d="M0 0H9999999" stroke="red" stroke-dasharray="0.00001"/>',
    "a fine pattern": '<pattern id="p" width="1e-9" height="1e-9" patternUnits="userSpaceOnUse"><rect width="1" '
    'height="1"/></pattern><rect width="8" height="8" fill="url(#p)"/>',
    "full layers of rectangles": BLUE * (ELEMENTS - 2),
    "numbers beyond numbers": '<rect width="1e999" height="NaN" x="-1e308" transform="scale(1e308)"/>',
}


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One decoder; what takes it longer than a second here is stopped sooner than in earnest."""
    pool = Pool(1)
    yield pool
    pool.close()


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_hurts_its_own_task_alone(what: str, pool: Pool) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    try:
        head, _ = pool.run(
            "prepare", svg(BOMBS[what]).encode(), mime="image/svg+xml", keep_original=True, seconds=1.0
        )
        assert head.get("error") in (None, "broken")
    except TimedOut:
        pass  # Stopped, or the process died of it; in both cases the next one is a new one.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(before, 1 << 20)
    head, _ = pool.run("prepare", SCENE.encode(), mime="image/svg+xml", keep_original=True)
    assert "error" not in head


@pytest.mark.parametrize(
    "data",
    [
        b"<svg",
        b"<svg></g>",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='0' height='0'/>",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='-5' height='5'/>",
        b"<svg \xff\xfe/>",
        b"<svg a='1' a='2'/>",
        b"<svg>&undeclared;</svg>",
        b"<?xml version='1.0' encoding='utf-7'?><svg/>",
        b"<?xml version='1.0' encoding='none such'?><svg/>",
    ],
)
def test_what_is_damaged_is_said_to_be(data: bytes) -> None:
    with pytest.raises(Broken):
        intake.prepare(data, keep_original=True, drawings=True)


def test_the_renderer_is_given_the_cleaned_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    def render(**options: object) -> bytes:
        given.append(str(options["svg_string"]))
        assert options["skip_system_fonts"] is True
        assert not {"svg_path", "resources_dir", "font_files", "font_dirs"} & set(options)
        return b""

    monkeypatch.setattr(resvg_py, "svg_to_bytes", render)
    drawn(svg("<script/>").encode())
    assert given == [cleaned(svg("").encode())]
