"""What each POST of the project takes, and which fields of forms and addresses name somebody's rows.

To add one: ``"bin": Form({"why": "old"}, {"image": "image"}),`` has a body that is accepted as it stands,
and for each field with an id in it the kind of its row (see ROWS in world.py). What a GET takes after its
question mark goes to QUERIES.
"""

from __future__ import annotations

from dataclasses import dataclass, field

RUN = {"model": "gesso/paint", "prompt": "a stair", "n": "1", "reference_role": "subject"}

KEY = {
    "key": "0199d3a0-0000-7000-8000-000000000000",
    "name": "Script",
    "dialect": "openai",
    "scopes": "generate",
    "lasts": "never",
}


@dataclass(frozen=True)
class Form:
    """``body`` is accepted; ``ids`` names the fields that hold an id, with the kind of the row that they mean.

    A foreign one is refused with 404 or 422. Those in ``hints`` are not, for nothing hangs on them: what the
    person may not see is treated as what is not there.
    """

    body: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)


FORMS: dict[str, Form] = {
    # For programs, which send JSON
    "root_generations": Form(),
    "openai_generations": Form(),
    "async_generations": Form(),
    "root_image_to_image": Form(),
    "async_image_to_image": Form(),
    "root_uploads": Form(),
    "async_uploads": Form(),
    "root_cancel": Form(),
    "async_cancel": Form(),
    "root_edits": Form(),
    "openai_edits": Form(),
    "deepshi_generations": Form(),
    "deepshi_edits": Form(),
    **{f"{space}_image": Form() for space in ("root", "fairstack")},
    **{f"{space}_{call}": Form() for space in ("root", "multi") for call in ("generate", "edit")},
    **{f"gesso_{name}": Form() for name in ("list_runs", "cancel_run", "retry_run", "quote")},
    **{f"gesso_{name}": Form() for name in ("restore_picture", "upload_picture", "list_projects")},
    # The studio
    "projects": Form({"name": "Stairs"}),
    # The price of a run with a picture that is private shows it as that, and is paid by nobody.
    "price": Form(RUN, {"project": "project"}, {"reference": "image", "parent": "run"}),
    "parameters": Form(RUN, {"project": "project"}, {"reference": "image", "parent": "run"}),
    "runs": Form(RUN, {"project": "project", "reference": "image", "parent": "run"}),
    "run_cancel": Form(),
    "job_retry": Form(),
    # Getting in, and one's own settings
    "setup": Form(),
    "join": Form(),
    "reset": Form(),
    "account": Form({"name": "Alice", "timezone": "UTC", "theme": "dark"}),
    "theme": Form({"theme": "dark"}),
    "key_new": Form(KEY, {"team": "team", "collection": "collection"}),
    "key_revoke": Form(),
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
    "restore": Form({}, {"id": "binned"}),
    "purge": Form({}, {"id": "binned"}),
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
    "upload_address": Form({"url": "http://127.0.0.1/"}),
    # Staff
    "manage_person": Form(),
    "manage_team": Form(),
    "manage_invite": Form({"email": "erin@northwind.test"}),
    "manage_reset": Form(),
    "manage_active": Form({"active": ""}),
    "models_order": Form({"provider": "openai", "to": "front"}),
    "manage_provider_check": Form({"provider": "openai"}),
    "manage_provider_pause": Form({"provider": "gesso", "reason": "to try"}),
    "manage_provider_resume": Form({"provider": "gesso"}),
    "manage_provider_again": Form({"breaker": "1"}),
    "manage_sample": Form(),
}

QUERIES: dict[str, dict[str, str]] = {
    "studio": {"edit": "image", "vary": "image", "reference": "image", "reuse": "image"},
    "gallery": {"after": "image"},
    "gallery_newer": {"than": "image"},
}
"""What is asked for by id after the question mark of an address, with the kind of the row."""
