"""What each POST of the project takes, and which of its fields name somebody's rows.

To add one: ``"bin": Form({"why": "old"}, {"image": "image"}),`` has a body that is accepted as it stands,
and for each field with an id in it the kind of its row (see ROWS in world.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

RUN = {"model": "gesso/sketch", "prompt": "a stair", "size": "256x256", "n": "1"}


@dataclass(frozen=True)
class Form:
    """``body`` is accepted; ``ids`` names the fields that hold an id, with the kind of the row that they mean."""

    body: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


FORMS: dict[str, Form] = {
    # The studio
    "projects": Form({"name": "Stairs"}),
    "price": Form(RUN, {"project": "project", "reference": "image"}),
    "parameters": Form(RUN, {"project": "project", "reference": "image"}),
    "runs": Form(RUN, {"project": "project", "reference": "image", "parent": "run"}),
    "run_cancel": Form(),
    "job_retry": Form(),
    # Getting in, and one's own settings
    "setup": Form(),
    "join": Form(),
    "reset": Form(),
    "account": Form({"name": "Alice", "timezone": "UTC", "theme": "dark"}),
    "theme": Form({"theme": "dark"}),
    "account_signup": Form(),
    "account_reset_password": Form(),
    # Teams
    "workspace": Form({"workspace": ""}, {"workspace": "team"}),
    "team_create": Form({"name": "Westwind"}),
    "team_invite": Form({"role": "viewer"}),
    "team_leave": Form(),
    "team_role": Form({"role": "viewer"}),
    "team_remove": Form(),
    # Pictures
    "to_bin": Form({}, {"id": "image"}),
    "restore": Form({}, {"id": "image"}),
    "purge": Form({}, {"id": "image"}),
    "favourites": Form({"favourite": "1"}, {"id": "image"}),
    "collections": Form({"name": "Stairs"}, {"id": "image"}),
    "collection_add": Form({}, {"id": "image"}),
    "collection_remove": Form({}, {"id": "image"}),
    "collection_rename": Form({"name": "Steps"}),
    "collection_delete": Form(),
    "exports": Form({}, {"id": "image"}),
    "favourite": Form({"favourite": "1"}),
    "rate": Form({"stars": "4"}),
    "uploads": Form({"kind": "upload"}),
    # Staff
    "manage_person": Form(),
    "manage_team": Form(),
    "manage_invite": Form({"email": "erin@northwind.test"}),
    "manage_reset": Form(),
    "manage_active": Form({"active": ""}),
}
