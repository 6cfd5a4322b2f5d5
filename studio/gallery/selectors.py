"""Pages of pictures, a picture's neighbours, and what one person thinks of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from studio.accounts.actors import Actor
from studio.gallery.models import Favourite, Rating
from studio.gallery.shelves import Shelf, scopes, shelf
from studio.gallery.shown import Shown, rows
from studio.gallery.timeline import newer_than
from studio.images import search, shelves
from studio.images import selectors as images
from studio.images.models import Image
from studio.jobs.models import Job, Output, Reference

PAGE_SIZE = 60
MOST_NEW = 99


@dataclass(frozen=True, slots=True)
class Page:
    """Some pictures, newest first. ``after`` is where the next page begins, or None at the end."""

    images: list[Shown]
    favourites: frozenset[UUID]
    after: UUID | None


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A reference of the job that made a picture; ``card`` is None where the viewer may not see it."""

    role: str
    card: images.Card | None


@dataclass(frozen=True, slots=True)
class Making:
    """How a picture was made: its job, with run and project, and the references in order."""

    job: Job
    references: list[Ingredient]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The newer and the older picture on the same shelf, this one's place (1 is the newest) and how many there are."""

    newer: Image | None
    older: Image | None
    place: int
    total: int


def page(actor: Actor, choice: Shelf, *, after: UUID | None = None, size: int = PAGE_SIZE) -> Page:
    """At most ``size`` pictures older than ``after``, or the newest.

    Two queries, whatever there is, and one more where words are looked for.
    """
    found = shelf(actor, choice)
    if after is not None:
        found = search.older_than(found, choice.text, after)
    shown = rows(found[: size + 1])
    return _page(actor, shown[:size], after=shown[size - 1].id if len(shown) > size else None)


def whole_page(
    actor: Actor, choice: Shelf, *, after: UUID | None = None, size: int
) -> tuple[list[Image], UUID | None]:
    """As ``page``, as rows with their blobs, and where the next page begins. One query, and one more for words."""
    found = shelf(actor, choice)
    if after is not None:
        found = search.older_than(found, choice.text, after)
    images = list(found[: size + 1])
    return images[:size], images[size - 1].pk if len(images) > size else None


def by_ids(actor: Actor, choice: Shelf, ids: Sequence[UUID]) -> Page:
    """Those of the pictures that stand on the shelf, in the order of the ids. Two queries."""
    found = {row.id: row for row in rows(shelf(actor, choice).filter(pk__in=ids))}
    return _page(actor, [found[wanted] for wanted in ids if wanted in found], after=None)


def _page(actor: Actor, shown: list[Shown], *, after: UUID | None) -> Page:
    return Page(shown, favourites_of(actor, [row.id for row in shown]), after)


def neighbours(actor: Actor, choice: Shelf, image: Image) -> Neighbours:
    """Where the picture stands on its shelf. At most six queries, and none that grows with a plain shelf."""
    found = shelf(actor, choice)
    return Neighbours(
        newer=found.filter(pk__gt=image.pk).order_by("pk").first(),
        older=found.filter(pk__lt=image.pk).first(),
        place=newer_than(actor, choice, image.pk) + 1,
        total=count(actor, choice),
    )


def count(actor: Actor, choice: Shelf) -> int:
    """How many pictures stand on a shelf. For a plain one it was counted before."""
    if not choice.plain:
        return shelf(actor, choice).select_related(None).count()
    names = scopes(actor, choice)
    kept = shelves.totals(names)
    return sum(kept.get((name, choice.stored), 0) for name in names)


def count_newer(actor: Actor, choice: Shelf, than: UUID) -> int:
    """How many pictures came to the shelf since, counted up to 99."""
    return shelf(actor, choice).filter(pk__gt=than)[:MOST_NEW].count()


def favourites_of(actor: Actor, ids: Iterable[UUID]) -> frozenset[UUID]:
    """Which of these pictures have the actor's heart."""
    mine = Favourite.objects.filter(user=actor.user, image__in=list(ids))
    return frozenset(mine.values_list("image_id", flat=True)) if actor.user else frozenset()


def favourites_by_user(ids: Iterable[UUID]) -> dict[int, set[UUID]]:
    """Every person's hearts on these pictures, by the person's id."""
    found: dict[int, set[UUID]] = defaultdict(set)
    for user_id, image_id in Favourite.objects.filter(image__in=list(ids)).values_list("user_id", "image_id"):
        found[user_id].add(image_id)
    return dict(found)


def stars_of(actor: Actor, image: Image) -> int:
    """The actor's rating of a picture, 0 for none."""
    found = Rating.objects.filter(user=actor.user, image=image).values_list("stars", flat=True)
    return found.first() or 0


def stars_on(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, int]:
    """The actor's ratings of these pictures, by picture; those without one are left out."""
    mine = Rating.objects.filter(user=actor.user, image__in=list(ids))
    return dict(mine.values_list("image_id", "stars")) if actor.user else {}


def makers(ids: Iterable[UUID]) -> dict[UUID, Job]:
    """The job that made each picture, with its run; uploads have none."""
    made = Output.objects.filter(image__in=list(ids)).select_related("job__run")
    return {output.image_id: output.job for output in made if output.image_id}


def making(actor: Actor, image: Image) -> Making | None:
    """How the picture was made, or None for an upload. Three queries.

    Who may see the picture may see its making; each reference is asked for on its own.
    """
    output = Output.objects.filter(image=image).select_related("job__run__project").first()
    if output is None:
        return None
    references = list(output.job.references.exclude(role=Reference.Role.MASK).order_by("position"))
    shown = images.visible(actor, [reference.image_id for reference in references])
    ingredients = [
        Ingredient(str(Reference.Role(reference.role).label), shown.get(reference.image_id))
        for reference in references
    ]
    return Making(output.job, ingredients)


def run_numbers(ids: Iterable[UUID]) -> dict[UUID, int]:
    """The number of the run that made each picture; uploads have none."""
    made = Output.objects.filter(image__in=list(ids))
    return dict(made.values_list("image_id", "job__run__number"))
