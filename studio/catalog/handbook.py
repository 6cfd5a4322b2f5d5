"""`docs/providers.md`, written from the registry and the catalogue, so that it says what the code does.

It is in English whatever the reader's language, and says nothing that changes by itself with the day.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation

from providers import registry
from providers.base import Facts
from studio.catalog import loader, providers, traits
from studio.catalog.decisions import Terms
from studio.catalog.entries import UNREAD, Entry, Vendor
from studio.catalog.selectors import price_span
from studio.core.micros import dollars_text

COMMAND = "manage.py providers_doc"
HEAD = f"""# Providers

Written by `{COMMAND}` from `providers/registry.py` and `studio/catalog/vendors/`; a test compares it with them.

A provider is used as soon as its variables are in the environment; no setting changes. Each may be sent elsewhere with
`PROVIDER_<NAME>_URL`. Prices are those of one picture, from the cheapest of a model's settings to the dearest, as the
vendors publish them and without a margin; a model without a price is offered once staff set one."""

COLUMNS = ("model", "does", "size", "prompt", "pictures", "can", "price", "lifecycle")


def text() -> str:
    """The whole page, with a line break at its end."""
    catalog = loader.catalog()
    with translation.override("en"):
        parts = [HEAD]
        for vendor in catalog.vendors.values():
            entries = [entry for entry in catalog.entries.values() if entry.vendor == vendor]
            parts += ["\n".join(_head(vendor)), "\n".join(_table(entries))]
    return "\n\n".join(parts) + "\n"


def _head(vendor: Vendor) -> Iterator[str]:
    facts = registry.facts(vendor.name)
    yield f"## {vendor.label}"
    yield ""
    needed = " and ".join(f"`{variable}`" for variable in providers.variables(vendor.name))
    yield f"- Needs {needed or 'no key'}." + (f" Called at {facts.address}." if facts.address else "")
    yield from (f"- {sentence}" for sentence in _sentences(facts))


def _sentences(facts: Facts) -> Iterator[str]:
    """What the failure policy goes by."""
    yield (
        "Gives a ticket for a picture, which a worker that comes later asks for again."
        if facts.resumable
        else "Answers in the call itself; an answer that is lost cannot be fetched later."
    )
    if facts.idempotent:
        yield "Knows a repeated call again and does not bill it twice."
    else:
        yield "Does not know a repeated call again, so one that may have been paid is never sent twice."
    stopped = "Can be stopped at the vendor" if facts.cancellable else "Cannot be stopped at the vendor"
    if facts.free:
        yield f"{stopped}. Bills nobody."
    else:
        cancelled = "is billed" if facts.billed_when_cancelled else "is not billed"
        failed = "is billed" if facts.billed_when_failed else "is not billed"
        yield f"{stopped}. What was cancelled {cancelled}; what failed {failed}."
    if facts.result_seconds:
        yield f"A result's address answers for {_span(facts.result_seconds)}; pictures are fetched at once."


def _span(seconds: int) -> str:
    if seconds % 3600 == 0:
        hours = seconds // 3600
        return f"{hours} hour" if hours == 1 else f"{hours} hours"
    return f"{seconds // 60} minutes"


def _table(entries: list[Entry]) -> Iterator[str]:
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    for entry in entries:
        yield f"| {' | '.join(_cells(entry))} |"


def _cells(entry: Entry) -> Iterator[str]:
    yield f"`{entry.id}`<br>{entry.label}, {entry.tier}"
    yield ", ".join(entry.kinds)
    yield traits.sizing(entry)
    yield "none" if entry.prompt == UNREAD else f"{entry.prompt_limit:,}"
    yield f"1 to {entry.max_n}" if entry.max_n > 1 else "1"
    yield ", ".join([word.lower() for word in traits.words(entry)]) or "–"
    yield _price(entry)
    yield _lifecycle(entry)


def _price(entry: Entry) -> str:
    if entry.price is None:
        return "set by staff"
    terms = Terms(entry.price, margin=0, offered=True)
    if not terms.priced:
        return "asked of the vendor"
    span = price_span(entry, terms)
    low, high = dollars_text(span.low), dollars_text(span.high)
    if not span.high:
        return "free"
    return low if low == high else f"{low} to {high}"


def _lifecycle(entry: Entry) -> str:
    if entry.retires is None:
        return "–"
    then = f", then `{entry.successor}`" if entry.successor else ""
    return f"until {entry.retires.isoformat()}{then}"
