"""Which model a program means: by an id, by a name that models of several vendors have, or by one that is gone.

provider/model, auto ──► itself
model ──► the first that can be used of those that have the name, in the vendors' order
  └─ none is set up ──► what stands in by the alias table
       └─ no vendor at all is set up ──► the offline models, the cheapest first
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from studio.catalog import automatic, decisions, loader, providers, selectors, sizes
from studio.catalog.asking import SHAPE
from studio.catalog.decisions import Decisions
from studio.catalog.entries import Entry, Vendor
from studio.catalog.fields import Parameters, defaults
from studio.catalog.selectors import Offer
from studio.catalog.switching import faithful
from studio.core.micros import Micros

SIZED = sizes.NAMES | {"width", "height", "resolution"}
"""What a shape becomes with one model or another."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a name means now: ``asked`` is the name as it was sent, ``id`` the model that runs.

    With ``alias`` the named model cannot be used and ``instead`` are those that stand in for it, best first; ``id`` is
    the first of them until a quote tells which. ``own`` is the named model, None where only the alias table knows it.
    ``most`` is what that one would cost for the same ask, in micros: None where nobody knows, or before it was quoted.
    ``offline`` says that the offline models stand in, of which the cheapest is meant.
    """

    asked: str
    id: str
    alias: bool = False
    own: Offer | None = None
    instead: tuple[Offer, ...] = ()
    most: Micros | None = None
    offline: bool = False

    def allows(self, micros: int) -> bool:
        """Whether that is no more than the named model would have cost."""
        return self.most is None or micros <= self.most


def resolve(name: str, *, prefer: str = "", among: Container[str] | None = None) -> Named:
    """What ``name`` means on this server now, in one query. Raises UnknownModel.

    The vendor ``prefer`` is looked at before the others. Of the models that can be used one ``among`` these ids is
    meant; where there is none, or none can be used, the first in order, so that its refusal says why.
    """
    catalog = loader.catalog()
    if name == automatic.ID or name in catalog.entries:
        return Named(name, name)
    made = decisions.latest()
    ids = _in_order(catalog.names.get(name, ()), _places(made, prefer))
    having = [selectors.offer(each, made) for each in ids]
    if usable := [offer for offer in having if offer.available]:
        meant = next((offer for offer in usable if _is_among(offer.id, among)), usable[0])
        return Named(name, meant.id, own=meant)
    own = having[0] if having else None
    # A vendor that is paused or down comes back: its refusal says since when, and nothing takes its place.
    waiting = [offer for offer in having if offer.trouble]
    if name in catalog.aliases and not waiting:
        return _by_alias(name, own, made, among)
    if own is None:
        raise selectors.unknown(name)
    return Named(name, (waiting or having)[0].id, own=own)


def ruling(named: Named) -> Entry | None:
    """The model by whose rules a wish is checked: the one that is named, also where others stand in for it.

    None where only the alias table knows the name.
    """
    if named.own:
        return named.own.entry
    if named.id == automatic.ID:
        return automatic.ENTRY
    return None if named.alias else loader.catalog().entries[named.id]


def _by_alias(name: str, own: Offer | None, made: Decisions, among: Container[str] | None) -> Named:
    catalog, offline = loader.catalog(), not any_vendor()
    targets = catalog.aliases[name]
    ids = [each.id for each in catalog.entries.values() if each.stand_in] if offline else targets
    known = [selectors.offer(each, made) for each in ids if _is_among(each, among)]
    instead = [offer for offer in known if offer.available]
    first = instead[0].id if instead else own.id if own else targets[0]
    return Named(name, first, alias=True, own=own, instead=tuple(instead), offline=offline)


def any_vendor() -> bool:
    """Whether this server can reach any vendor at all, beside what it paints itself."""
    entries = loader.catalog().entries.values()
    return any(
        providers.is_configured(name) for name in {each.provider for each in entries if not each.stand_in}
    )


def order(made: Decisions) -> list[Vendor]:
    """All vendors as a name is looked for at them: as staff placed them, else makers before those that resell."""
    vendors = loader.catalog().vendors.values()
    usual = sorted(vendors, key=lambda vendor: vendor.resells)
    return sorted(usual, key=lambda vendor: made.places.get(vendor.name, len(usual)))


def _places(made: Decisions, prefer: str = "") -> dict[str, int]:
    return {vendor.name: place for place, vendor in enumerate(order(made))} | {prefer: -1}


def _in_order(ids: Sequence[str], places: Mapping[str, int]) -> list[str]:
    entries = loader.catalog().entries
    return sorted(ids, key=lambda each: places[entries[each].provider])


def _is_among(model_id: str, among: Container[str] | None) -> bool:
    return among is None or model_id in among


def reached(offers: Sequence[Offer], made: Decisions, *, prefer: str = "") -> dict[str, tuple[str, ...]]:
    """The names by which a program reaches each of these models without its vendor, by their ids; ``prefer`` is
    ``resolve``'s."""
    usable, places = {offer.id for offer in offers if offer.available}, _places(made, prefer)
    found: dict[str, tuple[str, ...]] = {}
    for name, ids in loader.catalog().names.items():
        if first := next((each for each in _in_order(ids, places) if each in usable), None):
            found[first] = (*found.get(first, ()), name)
    return found


def wish(named: Entry, checked: Parameters, said: Mapping[str, str]) -> dict[str, str]:
    """What was asked of the named model, ``checked``, for another to say in its own words.

    A format that was not ``said``, and the style that the named model paints in anyway, are nobody's wish. Where a
    shape was said in the word for every model, so it stays: the pixels are the named model's own way to make it.
    """
    style = "" if checked.style == defaults(named).style else checked.style
    asked = checked.as_form() | {"output_format": said.get("output_format", ""), "style": style}
    if not (shape := said.get(SHAPE)):
        return asked
    return {name: text for name, text in asked.items() if name not in SIZED or said.get(name)} | {
        SHAPE: shape
    }


def settings(entry: Entry, wanted: Mapping[str, str], meant: Named) -> Iterator[Parameters]:
    """How this model says all that is wanted, none where it cannot.

    Where the named model has one level of quality, this one's lower levels follow its own choice: they may cost less.
    """
    chosen = faithful(entry, wanted)
    if chosen is None:
        return
    yield chosen
    if meant.own and not meant.own.entry.qualities and entry.qualities:
        lower = entry.qualities[: entry.qualities.index(chosen.quality)]
        yield from (replace(chosen, quality=name) for name in reversed(lower))


def refusal(meant: Named, dearer: Sequence[str]) -> str:
    """What to do where nothing may stand in; ``dearer`` are the models that could, for more than the named one."""
    gone = meant.own is not None and meant.own.retired
    why = _("%(name)s is gone.") if gone else _("%(name)s cannot be used on this server.")
    if dearer:
        how = _("Ask for %(models)s by name: it costs more.")
    elif meant.instead:
        how = _("No model that may stand in for it does all of this. Ask for another by name.")
    else:
        how = _("No model that may stand in for it is set up here. Ask for another by name.")
    names = get_text_list(list(dearer), _("or"))
    return f"{why} {how}" % {"name": meant.asked, "models": names}
