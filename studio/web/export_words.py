"""What is said of an export: on its page, and in the toast when it is over."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.gallery.models import Export


@dataclass(frozen=True, slots=True)
class Words:
    """``kind`` is that of the toast; ``text`` says what was left out, or what to do next."""

    kind: str
    title: str
    text: str
    href: str = ""
    label: str = ""


def words(export: Export) -> Words:
    page = reverse("export", args=[export.pk])
    if export.state == Export.State.READY:
        return Words(
            "good",
            _ready(export),
            _details(export),
            reverse("export_download", args=[export.pk]),
            _("Download"),
        )
    if export.state == Export.State.FAILED:
        return Words("bad", _("The pictures could not be packed"), _failure(export), page, _("Details"))
    if export.state == Export.State.OVER:
        text = _("The file was kept for 24 hours. The pictures are still where they were.")
        return Words("slow", _("This file was removed"), text)
    title = ngettext("Packing %(count)d picture", "Packing %(count)d pictures", export.asked)
    text = _("You can leave this page. Gesso tells you when the file is ready.")
    return Words("info", title % {"count": export.asked}, text)


def _ready(export: Export) -> str:
    if export.packed < export.asked:
        return _("%(packed)d of %(asked)d pictures are ready") % {
            "packed": export.packed,
            "asked": export.asked,
        }
    text = ngettext("%(count)d picture is ready", "%(count)d pictures are ready", export.packed)
    return text % {"count": export.packed}


def _details(export: Export) -> str:
    gone = export.asked - export.packed - export.missing
    parts = [_("%(size)s, kept for 24 hours.") % {"size": filesizeformat(export.size)}]
    if gone:
        parts.append(
            ngettext(
                "%(count)d was deleted or is not yours to see any more.",
                "%(count)d were deleted or are not yours to see any more.",
                gone,
            )
            % {"count": gone}
        )
    if export.missing:
        parts.append(
            ngettext(
                "The file of %(count)d is missing on the server.",
                "The files of %(count)d are missing on the server.",
                export.missing,
            )
            % {"count": export.missing}
        )
    return " ".join(parts)


def _failure(export: Export) -> str:
    return {
        Export.Failure.DISK_FULL: _("The server's disk is full. Tell whoever runs it, then export again."),
        Export.Failure.NOTHING_LEFT: _missing(export),
        Export.Failure.TOO_LARGE: _("Together they are over 2 GB. Choose fewer."),
        Export.Failure.STOPPED: _("The server stopped three times while packing. Export fewer at once."),
    }.get(Export.Failure(export.failure), _("Something broke on our side. Export them again."))


def _missing(export: Export) -> str:
    if export.missing:
        return _("The files are missing on the server. Tell whoever runs it.")
    return _("All of them were deleted, or are not yours to see any more.")
