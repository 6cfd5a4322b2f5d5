"""What the page of one picture says about it, as finished texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import gcd
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from studio.accounts.actors import Actor, may_edit
from studio.core.micros import credits_text, dollars_text
from studio.gallery import selectors as gallery
from studio.images import selectors as images
from studio.images.models import Image
from studio.jobs.models import Job
from studio.web import run_words

SHOWN_CHILDREN = 3
NEAR = 0.01
"""How far a ratio may be from a simple one and still be called by its name."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Facts of a picture; an empty text is a fact that it has not."""

    made: str
    made_iso: str
    negative_prompt: str
    revised_prompt: str
    model: str
    size: str
    ratio: str
    seed: str
    settings: str
    unused: str
    credits: str
    dollars: str
    took: str
    project: str
    run_url: str
    run_number: str
    format: str
    title: str


@dataclass(frozen=True, slots=True)
class Binned:
    """Who moved a picture to the bin, empty where nobody is known any more, and whether the viewer may take it out."""

    by: str
    may_restore: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One picture of the lineage. Without a card it is there but not for this viewer."""

    card: images.Card | None
    label: str


@dataclass(frozen=True, slots=True)
class Lineage:
    before: list[Step]
    after: list[Step]
    folded: list[Step]
    total_after: int


@dataclass(frozen=True, slots=True)
class Around:
    """The ways to the neighbours, each as a card or None, and the place among all."""

    newer: images.Card | None
    older: images.Card | None
    place: int
    total: int


def panel(image: Image, making: gallery.Making | None) -> Panel:
    """The facts, from the picture alone where no job made it."""
    blob, job = image.blob, making.job if making else None
    return Panel(
        made=date_format(timezone.localtime(image.created_at), "j M, H:i"),
        made_iso=image.created_at.isoformat(),
        negative_prompt=job.negative_prompt if job else "",
        revised_prompt=image.revised_prompt if image.revised_prompt != image.prompt else "",
        model=image.model_label,
        size=f"{blob.width} × {blob.height}",
        ratio=ratio_name(blob.width, blob.height),
        seed="" if image.seed is None else str(image.seed),
        settings=settings(image, job),
        unused=run_words.unused_line(job) if job else "",
        credits=_("%(credits)s credits") % {"credits": credits_text(image.cost)} if job else "",
        dollars=dollars_text(image.cost) if job and image.cost else "",
        took=took(job),
        project=job.run.project.name if job else "",
        run_url=reverse("run", args=[job.run_id]) if job else "",
        run_number=f"#{job.run.number}" if job else "",
        format=format_of(blob.mime),
        title=images.cut(image.prompt or image.name or _("Picture"), 60),
    )


def binned(image: Image, actor: Actor) -> Binned | None:
    """None for a picture that is not in the bin."""
    if image.binned_at is None:
        return None
    who = image.binned_by
    name = _("You") if who and who == actor.user else who.get_short_name() if who else ""
    return Binned(name, may_edit(actor, image))


def format_of(mime: str) -> str:
    """What was kept, in a word: png, jpeg, webp, avif or svg."""
    return mime.removeprefix("image/").removesuffix("+xml")


def settings(image: Image, job: Job | None) -> str:
    """Quality, resolution, format and background, as far as they were chosen or are true."""
    given: Mapping[str, Any] = job.parameters if job else {}
    words = [
        str(given.get("quality") or "").capitalize(),
        str(given.get("resolution") or ""),
        format_of(image.blob.mime).upper().replace("WEBP", "WebP"),
        _("transparent") if image.blob.transparent else _("opaque"),
    ]
    return ", ".join(word for word in words if word)


def took(job: Job | None) -> str:
    """``9.4 s``, or ``2 min 5 s``."""
    if job is None or job.started_at is None or job.finished_at is None:
        return ""
    seconds = max(0.0, (job.finished_at - job.started_at).total_seconds())
    if seconds < 60:
        return _("%(seconds)s s") % {"seconds": f"{seconds:.1f}"}
    minutes, rest = divmod(round(seconds), 60)
    return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}


def ratio_name(width: int, height: int) -> str:
    """``4:5`` where the sides are near such a ratio, else nothing."""
    for long in range(1, 22):
        short = round(long * min(width, height) / max(width, height))
        if short and abs(short / long - min(width, height) / max(width, height)) < NEAR / long:
            shared = gcd(long, short)
            sides = (long // shared, short // shared)
            return f"{sides[0]}:{sides[1]}" if width >= height else f"{sides[1]}:{sides[0]}"
    return ""


def stars(given: int) -> list[tuple[int, bool, int]]:
    """For each star its number, whether it is lit, and what pressing it asks for: the last one lit goes out."""
    return [(number, number <= given, 0 if number == given else number) for number in range(1, 6)]


def lineage(family: images.Family, numbers: Mapping[UUID, int]) -> Lineage | None:
    """Ancestors by the number of their run, children by what was done; None where there is neither."""
    if not family.before and not family.after:
        return None
    before = [Step(each.card, _origin(each, numbers)) for each in family.before]
    after = [Step(each.card, operation_name(each.operation)) for each in family.after]
    # A column of three; where more follow, the third place says how many.
    shown = len(after) if len(after) <= SHOWN_CHILDREN else SHOWN_CHILDREN - 1
    return Lineage(before, after[:shown], after[shown:], len(after))


def _origin(relative: images.Relative, numbers: Mapping[UUID, int]) -> str:
    if relative.card is None:
        return _("Private")
    number = numbers.get(relative.card.id)
    return f"#{number}" if number else _("Upload")


def operation_name(operation: str) -> str:
    """How a step of the lineage is called."""
    names = {
        "edit": _("Edit"),
        "vary": _("Vary"),
        "reference": _("Reference"),
        "upscale": _("Upscale"),
        "crop": _("Crop"),
    }
    return names.get(operation) or operation.capitalize()


def known(relatives: Iterable[images.Relative]) -> list[UUID]:
    """Ids of those that the viewer may see."""
    return [each.card.id for each in relatives if each.card]


def neighbours(found: gallery.Neighbours) -> Around:
    return Around(
        newer=images.card(found.newer) if found.newer else None,
        older=images.card(found.older) if found.older else None,
        place=found.place,
        total=found.total,
    )


def stand_in(card: images.Card) -> str:
    """The picture's placeholder as large as the picture itself, so that it lies where that will, by the same rules,
    before any script: a data URI, or empty where there is no placeholder."""
    if not card.placeholder:
        return ""
    sides = f'width="{card.width}" height="{card.height}"'
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {sides}>'
        f'<image href="{card.placeholder}" {sides} preserveAspectRatio="none"/></svg>'
    )
    return f"data:image/svg+xml,{quote(drawing)}"
