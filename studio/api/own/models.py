"""The models that a key can use now, and what each can be told."""

from __future__ import annotations

from typing import cast

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from studio.api.errors import Kind, Refused
from studio.api.http import ApiRequest, answer
from studio.api.own import answers, cursors
from studio.api.own.answers import Span, amount
from studio.api.own.fields import Paged, Settings
from studio.api.running import may_use
from studio.catalog import decisions, described, naming
from studio.catalog import selectors as catalog
from studio.catalog.described import Description, Parameter
from studio.catalog.selectors import Offer

LIST = "models"
SIZE, SIDE = "size", "width"


def list_models(request: ApiRequest, query: Paged) -> HttpResponseBase:
    """In the order of the studio's picker."""
    made = decisions.latest()
    offers = catalog.offers(made)
    rows = _after(offers, cursors.text(LIST, query.cursor))
    usable = [each for each in rows if _is_for(request, each)]
    shown = usable[: query.limit]
    names = naming.reached(offers, made)
    page = answers.Page[answers.Model](
        data=[_model(each, names.get(each.id, ())) for each in shown],
        next_cursor=cursors.written(LIST, shown[-1].id if len(usable) > len(shown) else None),
    )
    return answer(page.model_dump(mode="json"))


def read_model(request: ApiRequest, name: str) -> HttpResponseBase:
    """One of them, by its id or by a name that means it here now."""
    made = decisions.latest()
    offers = catalog.offers(made)
    names = naming.reached(offers, made)
    for offer in offers:
        if _is_for(request, offer) and name in (offer.id, *names.get(offer.id, ())):
            return answer(_model(offer, names.get(offer.id, ())).model_dump(mode="json"))
    text = _("There is no model called %(name)s for this key.") % {"name": name[:120]}
    raise Refused(Kind.NO_MODEL, text, param="model")


def _after(offers: list[Offer], model_id: str | None) -> list[Offer]:
    """Those that follow this one, whether or not it can be used any more. Raises Refused for one that is not there."""
    if model_id is None:
        return offers
    place = next((place for place, offer in enumerate(offers) if offer.id == model_id), None)
    if place is None:
        raise cursors.refused()
    return offers[place + 1 :]


def _is_for(request: ApiRequest, offer: Offer) -> bool:
    return offer.available and may_use(request.key, offer.id)


def _model(offer: Offer, names: tuple[str, ...]) -> answers.Model:
    entry, told = offer.entry, described.of(offer.entry)
    price = catalog.price_span(entry, offer.terms) if offer.terms.priced else None
    return answers.Model(
        id=entry.id,
        label=entry.label,
        vendor=entry.vendor.label,
        names=list(names),
        tier=entry.tier,
        kinds=list(entry.kinds),
        price=Span(low=amount(price.low), high=amount(price.high)) if price else None,
        prompt_max_length=told.prompt_max_length,
        max_n=told.max_n,
        max_references=entry.max_references,
        mask=told.editing.mask,
        settings=[_setting(each, told) for each in told.parameters if each.key in Settings.model_fields],
        extra=[_setting(each, told) for each in told.parameters if each.key != each.name],
        retires=entry.retires,
    )


def _setting(each: Parameter, told: Description) -> answers.Setting:
    """A free size is one text here, whose sides have the bounds."""
    sides = (side for side in told.parameters if side.key == SIDE)
    bounds = next(sides, each) if each.key == SIZE else each
    return answers.Setting(
        name=each.name,
        type=cast("answers.Word", each.type),
        allowed=list(each.allowed),
        open=each.open,
        min=bounds.least,
        max=bounds.most,
        step=bounds.step,
        max_length=each.length,
        pattern=each.pattern or None,
        default=each.default,
        goes_with={name: list(values) for name, values in each.goes_with.items()},
    )
