"""A template filled sixty times: rendered once with places in it, then poured into.

Django's templates look every value up and escape it as they go, which for sixty small pieces is most of a page's
time. A mould is the same template's text with two kinds of places: ``values`` are put in as they are and must be of
our own making (ids, numbers, colours, addresses), ``texts`` are anybody's and are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html

PLACE = re.compile("\x02(\\w+)\x03|\x04(\\w+)\x05")


class Mould:
    """What ``template`` becomes with these places; other names of ``context`` are decided here and now."""

    def __init__(self, template: str, *, values: Sequence[str], texts: Sequence[str], **context: Any) -> None:
        places = {name: f"\x02{name}\x03" for name in values} | {name: f"\x04{name}\x05" for name in texts}
        rendered = render_to_string(template, places | context).replace("%", "%%")
        self._order = [found[2] for found in PLACE.finditer(rendered) if found[2]]
        rendered = rendered.replace("{", "{{").replace("}", "}}")
        self._format = PLACE.sub(lambda found: f"%({found[1]})s" if found[1] else "{}", rendered)

    def pour(self, values: Mapping[str, str], texts: Mapping[str, str]) -> tuple[str, list[str]]:
        """One piece: its text with places left for ``texts``, and those in their order."""
        return self._format % values, [texts[name] for name in self._order]


def together(pieces: Iterable[tuple[str, list[str]]]) -> str:
    """Poured pieces one after the other, with every text escaped."""
    formats: list[str] = []
    given: list[str] = []
    for text, texts in pieces:
        formats.append(text)
        given += texts
    # format_html wants to be given something, even where no piece has a text.
    return format_html("".join([*formats, "{}"]), *given, "")
