"""Pictures as pages need them: values prepared, addresses made, nothing left to look up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext as _

from studio.accounts.actors import Actor, OwnedQuerySet
from studio.images import storage
from studio.images.models import Image, Lineage

ALT_LENGTH = 160
MOST_KIN = 200
CHAIN_LENGTH = 2
"""How many steps back the line of ancestors is shown."""


@dataclass(frozen=True, slots=True)
class Card:
    """A picture on a page: ``ratio`` is width by height, ``placeholder`` a data URI of some hundred bytes."""

    id: UUID
    href: str
    src: str
    srcset: str
    thumb: str
    full: str
    width: int
    height: int
    ratio: str
    color: str
    placeholder: str
    alt: str
    prompt: str
    model_label: str
    name: str
    kind: str


def media_url(image_id: UUID, variant: int | str) -> str:
    return f"{settings.MEDIA_URL}{image_id}/{variant}"


def preview_url(job_id: UUID, index: int, step: int) -> str:
    """The address of a forming picture; the step makes each look a new address."""
    return f"{settings.MEDIA_URL}preview/{job_id}/{index}?step={step}"


class Described(Protocol):
    """What the words for a picture are made of: an Image, or its values."""

    @property
    def kind(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def prompt(self) -> str: ...
    @property
    def alt(self) -> str: ...
    @property
    def name(self) -> str: ...


def sources(image_id: UUID | str, widths: Sequence[int], width: int) -> tuple[str, str]:
    """``src`` and ``srcset`` of a picture that is ``width`` pixels wide and has display copies of these widths."""
    middle = 640 if 640 in widths else widths[-1]
    base = f"{settings.MEDIA_URL}{image_id}/"
    return f"{base}{middle}", ", ".join([f"{base}{each} {min(each, width)}w" for each in widths])


def card(image: Image, *, prompts: bool = True) -> Card:
    """One picture, its blob loaded. Without ``prompts`` (for a guest) nothing on it tells the prompt."""
    blob = image.blob
    widths = blob.renditions
    src, srcset = sources(image.pk, widths, blob.width)
    return Card(
        id=image.pk,
        href=f"/images/{image.pk}/",
        src=src,
        srcset=srcset,
        thumb=media_url(image.pk, widths[0]),
        full=media_url(image.pk, widths[-1]),
        width=blob.width,
        height=blob.height,
        ratio=f"{blob.width / blob.height:.4f}",
        color=blob.color,
        placeholder=blob.placeholder,
        alt=alt_text(image, prompts=prompts),
        prompt=image.prompt if prompts else "",
        model_label=image.model_label,
        name=image.name if prompts else "",
        kind=image.kind,
    )


def cards(images: Iterable[Image], *, prompts: bool = True) -> list[Card]:
    """Cards of pictures whose blobs are loaded (``select_related("blob")``); asks the database nothing."""
    return [card(image, prompts=prompts) for image in images]


def alt_text(image: Described, *, prompts: bool = True) -> str:
    """What stands for the picture in words: the person's own text, or its kind and prompt."""
    if image.alt and prompts:
        return image.alt
    if image.kind != Image.Kind.OUTPUT:
        named = image.name and prompts
        return _("Uploaded image: %s") % image.name if named else _("Uploaded image")
    if not (image.prompt and prompts):
        return _("Generated image")
    start = _("Edited image: %s") if image.operation == "edit" else _("Generated image: %s")
    return start % cut(image.prompt, ALT_LENGTH)


def cut(text: str, length: int) -> str:
    """At most ``length`` characters, ending with a whole word and an ellipsis where something was cut."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    head = text[: length - 1]
    at_word = head if text[length - 1] == " " else head.rpartition(" ")[0]
    return (at_word or head).rstrip(" ,;:.") + "…"


CHANGED_FIRST = Case(When(operation="edit", then=0), default=1)
"""A reference only lent something; the picture that was edited is the ancestor."""


@dataclass(frozen=True, slots=True)
class Relative:
    """A picture's parent or child; ``card`` is None where the viewer may not see it."""

    operation: str
    card: Card | None


@dataclass(frozen=True, slots=True)
class Family:
    """Where a picture came from (oldest first) and what was made of it (oldest first)."""

    before: list[Relative] = field(default_factory=list)
    after: list[Relative] = field(default_factory=list)


def family(image: Image, actor: Actor) -> Family:
    """Ancestors along the picture that was changed, else the first reference, and all children.

    A fixed number of queries.
    """
    step: UUID | None = image.pk
    edges: list[Lineage] = []
    seen = {image.pk}
    for _generation in range(CHAIN_LENGTH):
        edge = Lineage.objects.filter(child_id=step).order_by(CHANGED_FIRST, "pk").first()
        if edge is None or edge.parent_id in seen:
            break
        seen.add(edge.parent_id)
        edges.insert(0, edge)
        step = edge.parent_id
    below = list(Lineage.objects.filter(parent=image).order_by("pk"))
    shown = visible(actor, [edge.parent_id for edge in edges] + [edge.child_id for edge in below])
    before = [Relative(edge.operation, shown.get(edge.parent_id)) for edge in edges]
    # A child in another workspace is not spoken of: that it exists is not this viewer's to know.
    after = [Relative(edge.operation, shown[edge.child_id]) for edge in below if edge.child_id in shown]
    return Family(before, after)


@dataclass(frozen=True, slots=True)
class Kin:
    """A picture's parent or child: by what it came about, and its id where the viewer may see it."""

    operation: str
    id: UUID | None


def kin(image: Image, actor: Actor) -> tuple[list[Kin], list[Kin]]:
    """What the picture was made of, and what was made of it, each oldest first and at most MOST_KIN. Three queries.

    A child that the viewer may not see is not spoken of, as in ``family``.
    """
    above = list(Lineage.objects.filter(child=image).order_by("pk")[:MOST_KIN])
    below = list(Lineage.objects.filter(parent=image).order_by("pk")[:MOST_KIN])
    wanted = [edge.parent_id for edge in above] + [edge.child_id for edge in below]
    rows: QuerySet[Image] = OwnedQuerySet(Image).visible_to(actor).filter(pk__in=wanted, discarded=False)
    there = set(rows.values_list("pk", flat=True))
    parents = [Kin(edge.operation, edge.parent_id if edge.parent_id in there else None) for edge in above]
    return parents, [Kin(edge.operation, edge.child_id) for edge in below if edge.child_id in there]


def visible(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Card]:
    """Cards, by id, of those pictures that the actor may see and that are not in the bin."""
    rows: QuerySet[Image] = OwnedQuerySet(Image).visible_to(actor).filter(pk__in=list(ids), binned_at=None)
    return {row.pk: card(row) for row in rows.select_related("blob")}


def with_binner(ids: Iterable[UUID]) -> list[Image]:
    """These pictures with whoever moved them to the bin, for people who were found to be allowed to see them."""
    return list(Image.objects.filter(pk__in=list(ids), discarded=False).select_related("binned_by"))


def seen(actor: Actor, image_id: UUID) -> Image | None:
    """A picture that the actor may see, in the bin or not, with its stored bytes' facts; one deleted for good is
    nobody's. One query."""
    rows: QuerySet[Image] = OwnedQuerySet(Image).visible_to(actor).filter(pk=image_id, discarded=False)
    return rows.select_related("blob").first()


def outputs(actor: Actor) -> QuerySet[Image]:
    """Generated pictures the actor may see, newest first, without those in the bin."""
    found: QuerySet[Image] = (
        OwnedQuerySet(Image).visible_to(actor).filter(kind=Image.Kind.OUTPUT, binned_at=None)
    )
    return found.select_related("blob").order_by("-pk")


def preview_path(job_id: UUID, index: int) -> str | None:
    """The stored name of a forming picture's newest look, or None while there is none."""
    steps = storage.preview_steps(job_id, index)
    return storage.preview_name(job_id, index, steps[-1]) if steps else None


def read_preview(job_id: UUID, index: int) -> bytes | None:
    """The newest look's bytes (WebP), or None while there is none, or no more."""
    name = preview_path(job_id, index)
    try:
        return storage.get(name) if name else None
    except FileNotFoundError:
        return None
