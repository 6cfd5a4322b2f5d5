"""``auto``: no model of its own, but the wish that the studio choose one for the job.

Its settings are those that can be asked of any model; ``studio.jobs.routing.choosing`` chooses.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from studio.catalog.entries import AUTO, Entry, Sizing, Supports, Vendor

ID = AUTO

ENTRY = Entry(
    id=ID,
    vendor=Vendor("", "Gesso", "Au"),
    upstream="",
    label="Auto",
    tier="",
    kinds=("generate", "edit", "inpaint"),
    sizing=Sizing(
        style="ratio",
        default="1:1",
        ratios=("1:1", "4:5", "3:4", "2:3", "3:2", "16:9", "21:9", "5:4", "4:3", "9:16"),
    ),
    supports=Supports(negative=True, mask=True, transparency=True),
    prompt_limit=32_000,
    max_n=4,
    max_references=16,
    note="The best model for the job",
)


def reason(available: Sequence[object]) -> str:
    """Why it cannot be picked; empty while there is a model to choose."""
    return "" if available else _("No model can be used now")
