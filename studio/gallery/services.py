"""What people do to pictures that they keep: hearts and stars."""

from __future__ import annotations

from django.utils.translation import gettext as _

from studio.accounts.actors import Actor
from studio.core.errors import Invalid
from studio.gallery import keeping
from studio.gallery.models import Rating
from studio.images.models import Image

MOST_STARS = 5


def set_favourite(*, actor: Actor, image: Image, on: bool) -> None:
    """Put the person's heart on a picture, or take it off; asking twice is asking once."""
    keeping.set_favourites(actor=actor, ids=[image.pk], on=on)


def rate(*, actor: Actor, image: Image, stars: int) -> None:
    """Give a picture 1 to 5 stars, or none with 0; the last word counts. Raises Invalid."""
    if not 0 <= stars <= MOST_STARS:
        raise Invalid(_("A rating is 1 to 5 stars."), fields={"stars": _("Choose 1 to 5.")})
    user = actor.require_user()
    if stars:
        Rating.objects.update_or_create(user=user, image=image, defaults={"stars": stars})
    else:
        Rating.objects.filter(user=user, image=image).delete()
