"""Who may open which address, and how: one row for each name in the URLconf.

To add an address, put one line into ADDRESSES, in the words below:  ``"bin": page("GET HEAD"),``
If it takes POST, put its fields that name somebody's rows into FIELDS (fields.py), or ``{}`` for none.

An address with a row of somebody in it names the row's kind (see ROWS in world.py) and the rule:
``sees("image", …)`` is for all who may see it, ``changes("image", …)`` for those who may change it.
Whoever may not see it gets the 404 of a row that does not exist; whoever may only see it gets 403.
A parameter that is not the row's own id is given by name: ``variant="original"``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Who(StrEnum):
    """OWNER owns every row and leads Northwind, whose ADMIN to VIEWER are the next; NEIGHBOUR is in another team."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"
    NEIGHBOUR = "neighbour"
    STAFF = "staff"
    STRANGER = "stranger"
    SUSPENDED = "suspended"
    KEY = "API key"


LEADS = frozenset({Who.OWNER, Who.ADMIN})
EDITS = LEADS | {Who.EDITOR}
MEMBERS = EDITS | {Who.REVIEWER, Who.VIEWER}
SIGNED_IN = MEMBERS | {Who.NEIGHBOUR, Who.STAFF}
"""The rest are nobody to a page: without a session, with one that was switched off, or with a script's key."""


class Whose(StrEnum):
    """A row of OWNER's own, of the team, OWNER's private one in the team, and an id that nothing has."""

    OWN = "own"
    TEAM = "team"
    PRIVATE = "private"
    MISSING = "missing"


@dataclass(frozen=True)
class Row:
    """What is expected of one address. ``kind`` is that of the row in it, empty where there is none."""

    rule: str
    methods: tuple[str, ...]
    kind: str = ""
    values: dict[str, object] = field(default_factory=dict)

    @property
    def whose(self) -> tuple[Whose, ...]:
        """Whose rows it is tried with."""
        if self.rule in ("sees", "changes"):
            return tuple(Whose)
        if self.rule == "owns":
            return (Whose.OWN, Whose.MISSING)
        if self.rule == "keeps":
            return (Whose.OWN, Whose.TEAM, Whose.MISSING)
        return (Whose.TEAM, Whose.MISSING) if self.kind else (Whose.TEAM,)

    def answer(self, who: Who, whose: Whose) -> str:
        """``in``, ``sign in``, ``missing`` or ``forbidden``."""
        if self.rule == "anybody":
            return "in"
        if self.rule in ("signed", "nowhere"):
            return "missing"
        if self.rule == "program":
            return "in" if who == Who.KEY else "sign in"
        if self.rule == "of key":
            return "sign in" if who != Who.KEY else "missing" if whose == Whose.MISSING else "in"
        if who not in SIGNED_IN:
            return "sign in"
        if self.rule == "page":
            return "in"
        if self.rule == "staff":
            return "in" if who == Who.STAFF and whose != Whose.MISSING else "missing"
        of_team = LEADS if self.rule == "keeps" else MEMBERS
        sees = {Whose.TEAM: of_team, Whose.MISSING: frozenset[Who]()}.get(whose, frozenset({Who.OWNER}))
        if who not in sees:
            return "missing"
        members = dict.fromkeys(("sees", "owns", "keeps", "member"), MEMBERS)
        may = (members | {"changes": EDITS, "leads": LEADS})[self.rule]
        return "in" if who in may else "forbidden"


def anybody(methods: str, **values: object) -> Row:
    """Open to strangers: the way in, what machines ask, and what programs are told of the API."""
    return Row("anybody", tuple(methods.split()), values=values)


def signed(methods: str, **values: object) -> Row:
    """For whoever has the address as this server signed it; every other is that of nothing, whoever asks."""
    return Row("signed", tuple(methods.split()), values=values)


def program(methods: str, **values: object) -> Row:
    """For whoever sends a good key; a session of a browser opens nothing here."""
    return Row("program", _with_head(methods), values=values)


def of_key(kind: str, methods: str) -> Row:
    """A row's address, for whoever sends a key that may see it; a session of a browser opens nothing here."""
    return Row("of key", _with_head(methods), kind)


def _with_head(methods: str) -> tuple[str, ...]:
    """What answers to GET in the API answers to HEAD."""
    return tuple(methods.replace("GET", "GET HEAD").split())


def nowhere() -> Row:
    """Where nothing lies, whoever asks, told in the words of a dialect."""
    return Row(
        "nowhere", ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"), values={"rest": "x/y"}
    )


def page(methods: str) -> Row:
    """For everybody who is signed in, each about their own."""
    return Row("page", tuple(methods.split()))


def sees(kind: str, methods: str, **values: object) -> Row:
    """For all who may see the row."""
    return Row("sees", tuple(methods.split()), kind, values)


def changes(kind: str, methods: str, **values: object) -> Row:
    """For those who may change the row; 403 for those who may only see it."""
    return Row("changes", tuple(methods.split()), kind, values)


def owns(kind: str, methods: str, **values: object) -> Row:
    """For the row's owner alone, whatever team it was made in."""
    return Row("owns", tuple(methods.split()), kind, values)


def keeps(kind: str, methods: str) -> Row:
    """For the row's owner and for who leads its team; to the team's other members it does not exist."""
    return Row("keeps", tuple(methods.split()), kind)


def member(methods: str) -> Row:
    """A team's address, for its members."""
    return Row("member", tuple(methods.split()), "team")


def leads(methods: str) -> Row:
    """A team's address, for its owner and admins; 403 for its other members."""
    return Row("leads", tuple(methods.split()), "team")


def staff(methods: str, kind: str = "") -> Row:
    """For those who run the server; to everybody else it does not exist."""
    return Row("staff", tuple(methods.split()), kind)


ADDRESSES: dict[str, Row] = {
    # For programs
    **{f"{space}_models": program("GET") for space in ("root", "openai", "deepshi")},
    **{f"{space}_model": program("GET", name="gesso/paint") for space in ("root", "openai", "deepshi")},
    **{f"{space}_generations": program("POST") for space in ("root", "openai", "async", "deepshi")},
    **{f"{space}_image_to_image": program("POST") for space in ("root", "async")},
    **{f"{space}_uploads": program("POST") for space in ("root", "async")},
    **{f"{space}_task": of_key("task", "GET") for space in ("root", "async")},
    **{f"{space}_cancel": of_key("task", "POST") for space in ("root", "async")},
    **{f"{space}_edits": program("POST") for space in ("root", "openai", "deepshi")},
    **{f"root_{space}_nowhere": nowhere() for space in ("v1", "api", "d")},
    **{f"{space}_nowhere": nowhere() for space in ("openai", "async", "deepshi", "fairstack", "multi")},
    "gesso_nowhere": nowhere(),
    **{f"{space}_image": program("POST") for space in ("root", "fairstack")},
    **{f"{space}_generate": program("POST") for space in ("root", "multi")},
    **{f"{space}_edit": program("POST") for space in ("root", "multi")},
    "fairstack_models": anybody("GET HEAD"),
    **{f"{space}_credits": program("GET") for space in ("root", "fairstack")},
    **{
        f"{space}_openapi": anybody("GET HEAD")
        for space in ("openai", "async", "deepshi", "fairstack", "multi")
    },
    "gesso_openapi": anybody("GET HEAD"),
    "gesso_list_runs": program("GET POST"),
    "gesso_read_run": of_key("told run", "GET"),
    "gesso_cancel_run": of_key("told run", "POST"),
    "gesso_retry_run": of_key("told run", "POST"),
    "gesso_quote": program("POST"),
    "gesso_list_pictures": program("GET"),
    "gesso_read_picture": of_key("told picture", "GET DELETE"),
    "gesso_restore_picture": of_key("told picture", "POST"),
    "gesso_upload_picture": program("POST"),
    "gesso_list_models": program("GET"),
    "gesso_read_model": program("GET", name="gesso/paint"),
    "gesso_read_balance": program("GET"),
    "gesso_list_entries": program("GET"),
    "gesso_list_projects": program("GET POST"),
    "gesso_list_collections": program("GET"),
    "api_docs": anybody("GET HEAD"),
    "api_docs_dialect": anybody("GET HEAD", name="openai"),
    "result": signed("GET HEAD", signed="nothing.png"),
    # The studio
    "studio": page("GET"),
    "projects": page("POST"),
    "project": sees("project", "GET"),
    "price": page("POST"),
    "parameters": page("POST"),
    "runs": page("POST"),
    "run": sees("run", "GET"),
    "run_curl": sees("run", "GET"),
    "run_cancel": changes("run", "POST"),
    "job_retry": changes("job", "GET POST"),
    "job_elsewhere": changes("job", "GET"),
    "palette": page("GET HEAD"),
    "models": page("GET HEAD"),
    "models_order": staff("POST"),
    "style_guide": page("GET HEAD"),
    # Getting in, and one's own settings
    "setup": anybody("GET POST"),
    "join": anybody("GET POST"),
    "reset": anybody("GET POST"),
    "account": page("GET POST"),
    "theme": page("POST"),
    "keys": page("GET HEAD"),
    "key_new": page("GET POST"),
    "key_revoke": keeps("key", "POST"),
    "account_signup": anybody("GET POST"),
    "account_reset_password": anybody("GET HEAD POST PUT PATCH DELETE OPTIONS"),
    # Teams
    "workspace": page("POST"),
    "teams": page("GET HEAD"),
    "team_create": page("POST"),
    "team": member("GET HEAD"),
    "team_invite": leads("GET POST"),
    "team_leave": member("POST"),
    "team_role": leads("POST"),
    "team_remove": leads("POST"),
    # Pictures
    "gallery": page("GET HEAD"),
    "gallery_newer": page("GET HEAD"),
    "gallery_timeline": page("GET HEAD"),
    "gallery_shape": page("GET HEAD"),
    "gallery_tiles": page("GET HEAD"),
    "to_bin": page("POST"),
    "restore": page("POST"),
    "purge": page("POST"),
    "favourites": page("POST"),
    "collections": page("POST"),
    "collection_add": changes("collection", "POST"),
    "collection_remove": changes("collection", "POST"),
    "collection_rename": changes("collection", "POST"),
    "collection_delete": changes("collection", "POST"),
    "exports": page("POST"),
    "export": owns("export", "GET HEAD"),
    "export_download": owns("export", "GET HEAD"),
    "image": sees("image", "GET HEAD"),
    "download": sees("image", "GET HEAD"),
    "favourite": sees("image", "POST"),
    "rate": sees("image", "POST"),
    "uploads": page("POST"),
    "upload_address": page("POST"),
    "media": sees("image", "GET HEAD", variant="original"),
    "partial": sees("job", "GET HEAD", index=0),
    # Money
    "credits": page("GET HEAD"),
    "credits_csv": page("GET HEAD"),
    # Staff
    "manage_credits": staff("GET HEAD"),
    "manage_person": staff("GET POST", "person"),
    "manage_team": staff("GET POST", "team"),
    "manage_people": staff("GET HEAD"),
    "manage_invite": staff("GET POST"),
    "manage_reset": staff("GET POST", "person"),
    "manage_active": staff("POST", "person"),
    "manage_providers": staff("GET HEAD"),
    "manage_provider_check": staff("POST"),
    "manage_provider_pause": staff("POST"),
    "manage_provider_resume": staff("POST"),
    "manage_provider_again": staff("POST"),
    "manage_sample": staff("GET HEAD POST"),
    # For machines
    "healthz": anybody("GET HEAD"),
    "readyz": anybody("GET HEAD"),
}

SIGN_IN_PAGES = frozenset(
    {
        "account_login", "account_logout", "account_inactive", "account_reset_password_done",
        "account_reset_password_from_key", "account_reset_password_from_key_done",
        "account_email_verification_sent", "account_confirm_email", "account_confirm_login_code",
        "mfa_authenticate",
    }
)  # fmt: skip
"""Of the library's pages those that a stranger may open. Its others are about a person's own account."""
