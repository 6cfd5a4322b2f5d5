"""The composer: what was typed in it and what it shows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from studio.accounts.actors import Actor
from studio.catalog import automatic, cards, extra_values, extras, switching
from studio.catalog import selectors as catalog
from studio.catalog.entries import NEEDED, TOOLS
from studio.catalog.errors import UnknownModel
from studio.catalog.fields import COMPRESSED, Parameters
from studio.catalog.selectors import Offer
from studio.core.errors import Invalid
from studio.images import selectors as images
from studio.jobs.models import Reference
from studio.jobs.routing import choosing, weather
from studio.jobs.specs import JobSpec, ReferenceSpec
from studio.web import more_settings, weather_words

PARAMETERS = (
    "n", "size", "aspect_ratio", "resolution", "preset", "quality", "seed",
    "output_format", "output_compression", "background", "style", "moderation", "strength", "negative_prompt",
    choosing.BUDGET,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """What the composer holds, in the form's own words, a model's own settings among the ``parameters``."""

    model: str
    prompt: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    references: tuple[ReferenceSpec, ...] = ()
    seed_locked: bool = False
    mode: str = "create"
    parent: str = ""
    explicit: bool = False

    @property
    def spec(self) -> JobSpec:
        shared, own = extras.apart(self.parameters)
        said = {name: text for name, text in own.items() if text}
        return JobSpec(self.model, self.prompt, shared, self.references, said)


def read(data: QueryDict) -> Draft:
    """The draft that a form posted. Raises Invalid for a reference that is no id."""
    references = zip(data.getlist("reference"), data.getlist("reference_role"), strict=False)
    return Draft(
        model=_text(data, "model"),
        prompt=_text(data, "prompt"),
        parameters={name: _text(data, name) for name in PARAMETERS} | _own(data),
        references=tuple(_reference(value, role) for value, role in references if value),
        seed_locked=bool(data.get("seed_locked")),
        mode="edit" if data.get("mode") == "edit" else "create",
        parent=data.get("parent", ""),
    )


def measured(draft: Draft, offer: Offer, actor: Actor) -> Draft:
    """The draft with the sides of the references that the actor may see, where a tool's picture hangs on them."""
    if not set(offer.entry.kinds) & set(TOOLS) or not draft.references:
        return draft
    shown = images.visible(actor, [reference.image_id for reference in draft.references])
    sides = {key: (card.width, card.height) for key, card in shown.items()}
    return replace(draft, references=draft.spec.measured(sides).references)


def _own(data: QueryDict) -> dict[str, str]:
    """The settings that a model has of its own, without those that the form opened with: nobody chose them.

    The form says which model it was drawn for; it need not be the one that is asked.
    """
    given = {name: _text(data, name) for name in data if name.startswith(extras.PREFIX)}
    try:
        return extra_values.chosen(catalog.entry(_text(data, extras.OF)), given)
    except UnknownModel:
        return given


def _text(data: QueryDict, name: str) -> str:
    """A field without NULs, which PostgreSQL refuses."""
    return str(data.get(name, "")).replace("\0", "")


def _reference(value: str, role: str) -> ReferenceSpec:
    image_id = as_uuid(value)
    if image_id is None:
        text = _("A reference could not be read. Remove it and add it again.")
        raise Invalid(text, fields={"references": text})
    return ReferenceSpec(image_id, role if role in Reference.Role.values else Reference.Role.SUBJECT)


def as_uuid(text: str) -> UUID | None:
    """The id, or None for a text that is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def draft_from(settings_of: Mapping[str, Any], **changes: Any) -> Draft:
    """A draft from a run's settings as ``run_words.reuse`` gives them; ``changes`` win."""
    references = tuple(ReferenceSpec(UUID(ref["id"]), ref["role"]) for ref in settings_of["references"])
    own = {name: text for name, text in settings_of.items() if name.startswith(extras.PREFIX)}
    given: dict[str, Any] = {
        "model": settings_of["model"],
        "prompt": settings_of["prompt"],
        "parameters": {name: str(settings_of.get(name, "")) for name in PARAMETERS} | own,
        "references": references,
        "mode": "edit" if any(ref.role == Reference.Role.SOURCE for ref in references) else "create",
        "parent": settings_of["parent"],
    }
    return Draft(**given | changes)


def offer_for(model_id: str) -> Offer:
    """The model of a form; where it names none, the first that can be picked and shows its work as it goes."""
    if model_id:
        return catalog.offer(model_id)
    known = catalog.offers()
    ready = [offer for offer in known if offer.available] or known
    return next((offer for offer in ready if offer.entry.supports.partials), ready[0])


def fitted(offer: Offer, draft: Draft) -> tuple[Parameters, list[str]]:
    """The draft's settings as this model can have them, and what had to change."""
    return switching.nearest(offer.entry, draft.parameters)


def model_view(offer: Offer, parameters: Parameters) -> dict[str, Any]:
    """The model's own card together with the form for its settings."""
    card, form = cards.card(offer), cards.form(offer, parameters)
    usual = weather_words.words(weather.of_models().get(offer.id))
    strength = {"min": "0", "max": "1", "step": "0.05", "value": f"{parameters.strength or 0.6:g}"}
    return {each.name: getattr(card, each.name) for each in fields(card)} | {
        "sizing": form.sizing,
        "counts": form.counts,
        "qualities": form.qualities,
        # One format is no choice, so it shows no control.
        "formats": form.formats if len(form.formats) > 1 else (),
        "backgrounds": form.backgrounds,
        "styles": form.styles,
        "moderations": form.moderations,
        "compression": _compression(parameters) if offer.entry.supports.compression else None,
        "strength": strength if offer.entry.supports.strength else None,
        "more": more_settings.controls(offer.entry, parameters),
        "automatic": offer.id == automatic.ID,
        "usual": usual.seconds if usual.seconds != weather_words.NOTHING else "",
    }


def view(draft: Draft, offer: Offer, parameters: Parameters, actor: Actor, token: str) -> dict[str, Any]:
    """What the composer's template reads."""
    shown = images.visible(actor, [ref.image_id for ref in draft.references]) if draft.references else {}
    return {
        "prompt": draft.prompt,
        "wordless": offer.entry.prompt == NEEDED and not draft.prompt.strip(),
        "negative": parameters.negative_prompt,
        "negative_open": bool(parameters.negative_prompt),
        "seed": parameters.seed,
        "seed_locked": draft.seed_locked,
        "n": parameters.n,
        "references": [_reference_view(ref, shown) for ref in draft.references],
        "max_references": offer.entry.max_references,
        "mode": draft.mode,
        "quote_token": token,
        "idempotency_key": new_key(),
        "budget": draft.parameters.get(choosing.BUDGET, ""),
        "parent": draft.parent,
        "explicit": draft.explicit,
    }


def _reference_view(ref: ReferenceSpec, shown: Mapping[UUID, images.Card]) -> dict[str, Any]:
    """One thumb of the references; a picture that the viewer may not see is only said to be private."""
    card = shown.get(ref.image_id)
    if card is None:
        return {"id": str(ref.image_id), "role": ref.role, "alt": _("Private reference"), "private": True}
    return {"id": str(ref.image_id), "role": ref.role, "thumb": card.thumb, "alt": card.alt, "private": False}


def new_key() -> str:
    """A key that makes one press of Generate safe to repeat."""
    return uuid.uuid4().hex


def _compression(parameters: Parameters) -> dict[str, Any]:
    """Its field is there for the formats that are packed; a picture in another has nothing to be asked."""
    packed = parameters.output_format in COMPRESSED
    return {"value": parameters.output_compression, "packed": packed, "formats": " ".join(COMPRESSED)}
