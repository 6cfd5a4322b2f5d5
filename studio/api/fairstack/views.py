"""``POST /v1/generations/image``, ``GET /v1/models`` and ``GET /v1/credits`` (seed 0)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.http import HttpResponseBase
from django.utils import timezone

from studio.api import inputs, quotes, results, running
from studio.api.fairstack import answers
from studio.api.fairstack.errors import at_own_size
from studio.api.fairstack.fields import Generation, ModelsQuery
from studio.api.http import ApiRequest, answer
from studio.api.running import Wish
from studio.api.waiting import answered
from studio.catalog import selectors as catalog
from studio.catalog.asking import SHAPE
from studio.catalog.selectors import Offer
from studio.core.errors import Invalid
from studio.credits import caps
from studio.credits import selectors as balances
from studio.credits import services as ledger
from studio.jobs.models import Job, Reference
from studio.jobs.specs import JobSpec, ReferenceSpec

SQUARE = "1:1"


def image(request: ApiRequest, body: Generation) -> HttpResponseBase:
    """One picture, or with ``confirm: false`` what it would cost."""
    wish = partial(_wish, request, body)
    try:
        if body.confirm is False or quotes.is_dry(request):
            request.keeps = False
            found = quotes.priced(request, wish())
            return answer(answers.Estimated(estimated_cost=answers.money(found.most)).model_dump())
        run = running.submitted(request, wish)
    except Invalid as error:
        if not body.image_size:
            raise
        raise at_own_size(error) from error
    return answered(request, running.Work(run), partial(_document, request))


def models(request: ApiRequest, query: ModelsQuery) -> HttpResponseBase:
    """What can be used now, in the order of the picker. It asks for no key."""
    today = timezone.localdate()
    known = [answers.model(offer, today) for offer in catalog.offers() if _listed(offer, query)]
    return answer(answers.Models(models=known).model_dump())


def credits(request: ApiRequest) -> HttpResponseBase:
    """What there is to spend."""
    payer = ledger.paying_account(user=request.actor.require_user(), team=request.key.team)
    cap = caps.read(caps.KEY, [str(request.key.pk)]).get(str(request.key.pk))
    return answer(answers.credits(balances.balance(payer.pk).available, cap).model_dump())


def _wish(request: ApiRequest, body: Generation) -> Wish:
    """The body as a job: the picture to change is fetched first, or found here."""
    settings = {
        "negative_prompt": body.negative_prompt or "",
        "seed": "" if body.seed is None else str(body.seed),
    }
    if body.image_size:
        settings["size"] = body.image_size
    elif body.aspect_ratio or not body.image:
        settings[SHAPE] = body.aspect_ratio or SQUARE
    given = {name: value for name, value in settings.items() if value}
    return Wish(JobSpec(body.model, body.prompt, given, _source(request, body.image)))


def _source(request: ApiRequest, url: str | None) -> tuple[ReferenceSpec, ...]:
    if not url:
        return ()
    taken = inputs.take(request.actor, request.key.team, inputs.Address(url), request=request)
    return (ReferenceSpec(taken.pk, Reference.Role.SOURCE, taken.blob.sides),)


def _document(request: ApiRequest, job: Job) -> Iterator[bytes]:
    picture = running.delivered(job)[0]
    # FairStack says of no end of its addresses: ours live as long as the picture.
    url = results.signed_url(picture, None, request)
    return iter([answers.generated(job, picture, url).model_dump_json().encode()])


def _listed(offer: Offer, query: ModelsQuery) -> bool:
    entry = offer.entry
    sorts = {answers.sort_of(entry)} | ({"edit", "i2i"} if entry.max_references else set())
    return (
        offer.available
        and query.type in (None, *sorts)
        and query.tier in (None, entry.tier)
        and query.provider in (None, entry.provider)
    )
