"""Which maker stands behind each of this API's models, and which field is for whom (the two tables of seed 2).

The rules are for the names of those models, whoever runs them here. What another model takes is the catalogue's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from studio.api.errors import Kind, Refused
from studio.api.multi.fields import Edit, Generation

VENDOR = "multi"
"""This API's own name among the vendors."""


class Maker(StrEnum):
    """Who makes the pictures, as answers call them [?]."""

    GOOGLE = "google"
    FLUX = "bfl"
    FAL = "fal"


LABELS: Mapping[Maker, str] = {Maker.GOOGLE: "Google Imagen", Maker.FLUX: "Flux", Maker.FAL: "fal.ai"}

TAKEN_BY: Mapping[str, tuple[Maker, ...]] = {
    "width": (Maker.FLUX, Maker.FAL),
    "height": (Maker.FLUX, Maker.FAL),
    "aspect_ratio": (Maker.GOOGLE, Maker.FAL),
    "num_images": (Maker.GOOGLE,),
    "image_size": (Maker.GOOGLE,),
    "seed": (Maker.FLUX,),
}
"""The fields that are not for all. Of the models that edit one is Flux's, so that both calls have this table."""


@dataclass(frozen=True, slots=True)
class Family:
    """What the tables say of a model; one that ``edits`` makes nothing from a prompt alone, and the others no edit."""

    maker: Maker
    edits: bool = False


MODELS: Mapping[str, Family] = {
    "imagen-4": Family(Maker.GOOGLE),
    "imagen-4-fast": Family(Maker.GOOGLE),
    "imagen-4-ultra": Family(Maker.GOOGLE),
    "flux-2-pro": Family(Maker.FLUX),
    "flux-2-klein": Family(Maker.FLUX),
    "flux-1.1-pro": Family(Maker.FLUX),
    "recraft-v4": Family(Maker.FAL),
    "recraft-v3": Family(Maker.FAL),
    "ideogram-v3": Family(Maker.FAL),
    "sd-3.5": Family(Maker.FAL),
    "qwen-image": Family(Maker.FAL),
    "flux-kontext": Family(Maker.FLUX, edits=True),
    "qwen-image-edit": Family(Maker.FAL, edits=True),
    "seedream-5": Family(Maker.FAL, edits=True),
}
"""14 models, whatever the seed's first sentence counts (trap 1)."""


def family(name: str) -> Family | None:
    """Whose rules hold for the model of this name; None where the catalogue's do."""
    return MODELS.get(name.removeprefix(f"{VENDOR}/"))


def provider(model_id: str) -> str:
    """Who made a picture: the maker behind this API, else the vendor of the model that ran."""
    vendor, _slash, bare = model_id.partition("/")
    return MODELS[bare].maker if vendor == VENDOR and bare in MODELS else vendor


def check(body: Generation | Edit, name: str) -> None:
    """Raises Refused where the model that was named is for the other call, or a field is not for its maker."""
    known = family(name)
    if known is None:
        return
    if known.edits != isinstance(body, Edit):
        raise for_the_other_call(name, edits=known.edits)
    for field, takers in TAKEN_BY.items():
        if known.maker not in takers and getattr(body, field, None) is not None:
            raise _not_for(field, name, known.maker)


def for_the_other_call(name: str, *, edits: bool) -> Refused:
    """The model does not do this work, but the other."""
    text = (
        _("%(model)s edits a picture: send it to /api/v1/image/edit.")
        if edits
        else _("%(model)s makes new pictures: send it to /api/v1/image/generate.")
    )
    return Refused(Kind.NO_MODEL, text % {"model": name}, param="model")


def _not_for(field: str, name: str, maker: Maker) -> Refused:
    text = _("%(field)s is for models of %(takers)s, and %(model)s is one of %(maker)s. Leave %(field)s out.")
    takers = get_text_list([LABELS[taker] for taker in TAKEN_BY[field]], _("and"))
    values = {"field": field, "takers": takers, "model": name, "maker": LABELS[maker]}
    return Refused(Kind.UNKNOWN_FIELD, text % values, param=field)
