"""What the catalogue says of these models is what their adapter does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from providers.adapters.fal.families import TIMES
from providers.adapters.fal.models import FAMILIES
from providers.adapters.fal.request import fields_of, refuse_what_it_cannot
from studio.accounts.models import User
from studio.catalog import cards, loader, selectors, sizes
from studio.catalog.entries import Entry
from studio.catalog.parameters import defaults, validate
from studio.catalog.pricing import Ask, quote
from studio.core.errors import Invalid
from studio.jobs.models import Job
from studio.jobs.specs import ReferenceSpec
from tests.factories import make_blob, make_image
from tests.jobs.conftest import Desk
from tests.providers.requests import as_sent
from tests.providers.tasks import references_of

ENTRIES = {entry.id: entry for entry in loader.catalog().entries.values() if entry.provider == "fal"}
every_model = pytest.mark.parametrize("entry", ENTRIES.values(), ids=list(ENTRIES))


@pytest.fixture
def keyed(settings: Any) -> None:
    settings.PROVIDER_KEYS = {"fal": "a key"}


def test_every_model_of_the_adapter_stands_in_the_catalogue() -> None:
    assert {entry.upstream for entry in ENTRIES.values()} == set(FAMILIES)
    assert len(FAMILIES) == 41


def test_a_model_is_found_by_its_whole_name_and_takes_nobodys_short_one() -> None:
    for entry in ENTRIES.values():
        assert entry.aliases in ((), (entry.upstream,))
    assert selectors.entry("fal-ai/flux-pro/kontext/max").id == "fal/flux-kontext-max"
    assert selectors.entry("fal-ai/recraft/v3/text-to-image").id == "fal/recraft-v3"
    assert selectors.entry("gpt-image-1.5").provider != "fal"


@every_model
def test_what_the_adapter_cannot_do_has_no_control(entry: Entry) -> None:
    family = FAMILIES[entry.upstream]
    assert entry.kinds == (family.kind,)
    assert (entry.max_references, entry.max_n) == (family.references, family.max_n)
    assert (entry.supports.seed, entry.supports.negative) == (family.seed, family.negative)
    assert entry.supports.transparency == family.transparency
    assert entry.supports.mask == (family.kind == "inpaint")
    assert entry.qualities == family.qualities
    assert set(entry.formats) <= set(family.formats)
    assert (entry.supports.partials, entry.supports.strength) == (0, False)
    if family.prompt:
        assert entry.prompt_limit == family.prompt


@every_model
def test_whatever_the_composer_offers_is_accepted_by_the_adapter(entry: Entry) -> None:
    field, family = sizes.FIELDS[entry.sizing.style], FAMILIES[entry.upstream]
    references, masked = entry.max_references, family.kind == "inpaint"
    for resolution in entry.sizing.resolutions or ("",):
        for choice in sizes.choices(entry.sizing, resolution) or [sizes.Choice("", None, None)]:
            form = {field: choice.value, "resolution": resolution, "n": str(entry.max_n)}
            form |= {"seed": "7"} if entry.supports.seed else {}
            form |= {"negative_prompt": "rain"} if entry.supports.negative else {}
            for quality in entry.qualities or ("",):
                for name in entry.formats:
                    told = form | {"quality": quality, "output_format": name}
                    chosen = validate(entry, told, references, masked, "a stair")
                    request = as_sent(entry, chosen, references)
                    refuse_what_it_cannot(request)
                    fields = fields_of(request)
                    assert {"aspect_ratio", "image_size"} & set(fields) or choice.value in ("", "auto")


def test_no_model_opens_at_a_price_of_nothing() -> None:
    for entry in ENTRIES.values():
        if entry.price is None:
            continue
        opened = defaults(entry)
        ask = opened.ask(prompt="a stair", references=entry.max_references)
        found = quote(entry.price, 0, ask)
        assert 0 < found.low <= found.high


PRICES: list[tuple[str, Ask, int]] = [
    ("recraft-v3", Ask(width=1024, height=1024), 40_000),
    ("recraft-v3-vector", Ask(width=1024, height=1024), 80_000),
    ("recraft-v4", Ask(), 40_000),
    ("recraft-v4-vector", Ask(), 80_000),
    ("recraft-v4-pro", Ask(), 250_000),
    ("ideogram-v3", Ask(quality="turbo", n=2), 60_000),
    ("ideogram-v3-edit", Ask(quality="quality", references=1, mask=True), 90_000),
    ("qwen-image", Ask(width=1024, height=1024), 20_000),
    ("qwen-image-edit", Ask(references=1), 30_000),
    ("qwen-image-edit-2511", Ask(width=1024, height=768, references=3), 30_000),
    ("qwen-image-2", Ask(width=2048, height=2048), 35_000),
    ("seedream-4", Ask(n=6), 180_000),
    ("seedream-4-edit", Ask(references=10), 30_000),
    ("seedream-4.5", Ask(), 40_000),
    ("seedream-4.5-edit", Ask(references=10), 40_000),
    ("seedream-5-lite", Ask(), 35_000),
    ("seedream-5-lite-edit", Ask(references=10), 35_000),
    ("seedream-5-pro", Ask(width=1024, height=1024), 67_500),
    ("seedream-5-pro", Ask(width=2048, height=2048), 135_000),
    ("stable-diffusion-3.5-large", Ask(width=1024, height=1024), 65_000),
    ("stable-diffusion-3.5-medium", Ask(width=1024, height=1024), 39_800),
    ("flux-kontext-pro", Ask(references=1), 40_000),
    ("flux-kontext-max", Ask(references=1), 80_000),
    ("flux-kontext-dev", Ask(references=1), 25_000),
    ("flux-2-pro", Ask(width=2048, height=2048), 75_000),
    ("flux-2-pro-edit", Ask(width=1024, height=1024, references=9), 165_000),
    ("flux-2-pro-edit", Ask(references=1), 90_000),
    ("flux-2-klein-9b", Ask(width=1024, height=1024), 6_000),
    ("flux-schnell", Ask(width=1024, height=768, n=4), 12_000),
    ("flux-dev", Ask(width=1024, height=1024), 25_000),
    ("flux-pro-1.1", Ask(width=1024, height=1024), 40_000),
    ("flux-pro-1.1-ultra", Ask(), 60_000),
    ("nano-banana", Ask(), 39_000),
    ("nano-banana-pro", Ask(resolution="2K"), 150_000),
    ("nano-banana-pro-edit", Ask(resolution="4K", references=14), 300_000),
    ("nano-banana-2", Ask(resolution="0.5K"), 60_000),
    ("nano-banana-2", Ask(resolution="4K"), 160_000),
    ("gpt-image-1.5", Ask(width=1024, height=1024, quality="medium"), 34_000),
    ("gpt-image-1.5", Ask(width=1024, height=1536, quality="high"), 200_000),
    ("z-image-turbo", Ask(width=1024, height=1024), 5_000),
    ("grok-imagine", Ask(resolution="2k"), 20_000),
    ("clarity-upscaler", Ask(width=2048, height=2048), 120_000),
    ("seedvr", Ask(), 16_000),
    ("recraft-crisp-upscale", Ask(), 4_000),
    ("bria-remove-background", Ask(), 18_000),
]


@pytest.mark.parametrize(("name", "ask", "micros"), PRICES)
def test_a_picture_costs_what_the_vendor_publishes(name: str, ask: Ask, micros: int) -> None:
    rule = ENTRIES[f"fal/{name}"].price
    assert rule is not None
    assert quote(rule, 0, ask).high == micros


def test_every_price_is_looked_at() -> None:
    assert {f"fal/{name}" for name, _ask, _micros in PRICES} == set(ENTRIES) - {"fal/esrgan"}
    assert ENTRIES["fal/esrgan"].price is None


@pytest.mark.django_db
@pytest.mark.usefixtures("keyed")
def test_with_a_key_all_can_be_picked_but_the_one_without_a_price() -> None:
    offers = {offer.id: offer for offer in selectors.offers() if offer.entry.provider == "fal"}
    assert {name for name, offer in offers.items() if not offer.available} == {"fal/esrgan"}
    assert offers["fal/esrgan"].reason == "No price yet"


@pytest.mark.usefixtures("keyed")
def test_a_tool_makes_as_large_a_picture_as_the_catalogue_prices(desk: Desk, alice: User) -> None:
    image = make_image(alice, blob=make_blob(width=2048, height=1536))
    source = ReferenceSpec(image.pk, "source")
    for name, micros in (("seedvr", 12_000), ("clarity-upscaler", 360_000)):
        assert ENTRIES[f"fal/{name}"].sizing.times == TIMES
        job = desk.submit(f"fal/{name}", references=(source,)).jobs.get()
        assert (job.quote["high"], job.quote["is_range"]) == (micros, False)
        assert (job.quote["ask"]["width"], job.quote["ask"]["height"]) == (4096, 3072)


@pytest.mark.usefixtures("keyed")
def test_the_composer_prices_a_tool_by_the_picture_that_it_was_given(
    as_alice: Client, alice: User, charlie: User
) -> None:
    shown = []
    for owner in (alice, charlie):
        image = make_image(owner, blob=make_blob(width=2048, height=1536))
        told = {
            "model": "fal/seedvr",
            "prompt": "-",
            "n": "1",
            "reference": str(image.pk),
            "reference_role": "source",
        }
        answer = as_alice.post("/price", told, headers={"HX-Request": "true"}).content.decode()
        shown.append("1.2" in answer)
    assert shown == [True, False]


def test_a_tool_that_reads_no_prompt_says_so() -> None:
    for entry in ENTRIES.values():
        family = FAMILIES[entry.upstream]
        assert (entry.prompt == "unread") == (family.prompt is None)
        assert (entry.prompt == "needed") == family.needs_prompt
        assert len(entry.does("edit")) <= (Job._meta.get_field("kind").max_length or 0)


@pytest.mark.django_db
def test_without_a_key_none_can_be_picked(settings: Any) -> None:
    settings.PROVIDER_KEYS = {}
    assert not any(offer.available for offer in selectors.offers() if offer.entry.provider == "fal")
    assert selectors.offer("fal/flux-2-pro").hint == "Add PROVIDER_FAL_KEY to use"


@pytest.mark.django_db
@pytest.mark.usefixtures("keyed")
def test_the_composer_shows_a_models_own_words() -> None:
    ideogram = selectors.offer("fal/ideogram-v3")
    form = cards.form(ideogram, defaults(ideogram.entry))
    assert [option.value for option in form.qualities] == ["turbo", "balanced", "quality"]
    banana = selectors.offer("fal/nano-banana-2")
    pixels = {
        name: sizes.extent(banana.entry.sizing, "1:1", name) for name in banana.entry.sizing.resolutions
    }
    assert pixels == {"0.5K": (512, 512), "1K": (1024, 1024), "2K": (2048, 2048), "4K": (4096, 4096)}


@pytest.mark.usefixtures("keyed")
def test_a_model_without_a_size_has_no_control_for_one(as_alice: Client, desk: Desk) -> None:
    answer = as_alice.get("/", {"model": "fal/flux-kontext-dev"}).content.decode()
    assert "FLUX Kontext dev" in answer
    assert not any(f'name="{name}"' in answer for name in ("size", "preset", "aspect_ratio", "resolution"))


@pytest.mark.usefixtures("keyed")
def test_a_repainter_without_a_mask_says_what_it_needs(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.submit("fal/ideogram-v3-edit", references=references_of(desk, 1))
    words = "Ideogram V3 edit repaints what a mask marks. Add a mask, or pick another model."
    assert refused.value.fields == {"references": words}


@pytest.mark.usefixtures("keyed")
def test_a_tool_does_its_work_whatever_part_the_picture_plays(desk: Desk) -> None:
    (source,) = references_of(desk, 1)
    kinds = {"flux-kontext-pro": "edit", "seedvr": "upscale", "bria-remove-background": "cutout"}
    for model, kind in kinds.items():
        for reference in (source, ReferenceSpec(source.image_id)):
            assert desk.submit(f"fal/{model}", references=(reference,)).jobs.get().kind == kind
