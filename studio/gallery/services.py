"""What people do to pictures that they keep: hearts and stars."""

from __future__ import annotations

from django.utils.translation import gettext as _

from studio.accounts.actors import Actor
from studio.core.db import atomic
from studio.core.errors import Invalid
from studio.gallery import hearts
from studio.gallery.models import Favourite, Rating
from studio.images.models import Image

MOST_STARS = 5


def set_favourite(*, actor: Actor, image: Image, on: bool) -> None:
    """Put the person's heart on a picture, or take it off; asking twice is asking once."""
    user = actor.require_user()
    with atomic():
        if on:
            by = int(Favourite.objects.get_or_create(user=user, image=image)[1])
        else:
            by = -Favourite.objects.filter(user=user, image=image).delete()[0]
        if by:
            hearts.given(user.pk, [image], by)


def rate(*, actor: Actor, image: Image, stars: int) -> None:
    """Give a picture 1 to 5 stars, or none with 0; the last word counts. Raises Invalid."""
    if not 0 <= stars <= MOST_STARS:
        raise Invalid(_("A rating is 1 to 5 stars."), fields={"stars": _("Choose 1 to 5.")})
    user = actor.require_user()
    if stars:
        Rating.objects.update_or_create(user=user, image=image, defaults={"stars": stars})
    else:
        Rating.objects.filter(user=user, image=image).delete()
