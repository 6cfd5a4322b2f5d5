"""The staff page of credits: who has what, and a form to add, remove or set it with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from studio.accounts.models import Team, User
from studio.core.errors import Conflict, Invalid
from studio.core.ids import uuid7
from studio.core.micros import credits_text, dollars_text
from studio.credits import holders
from studio.credits import selectors as ledger
from studio.credits import services as credits
from studio.credits.errors import InsufficientCredits
from studio.web import access
from studio.web.forms import blame, describe_errors, status_of
from studio.web.http import StudioRequest
from studio.web.manage_forms import ADD, REMOVE, SET, VERBS, AdjustForm


@dataclass(frozen=True)
class Owner:
    """Whose balance is changed. ``here`` is the form's own address."""

    name: str
    initials: str
    tint: int
    account_id: UUID
    here: str
    of: str


@login_required
@require_safe
@never_cache
def index(request: StudioRequest) -> HttpResponse:
    """People, or with ``?of=teams`` teams; ``q`` finds by name or address."""
    access.staff(request)
    of = "teams" if request.GET.get("of") == "teams" else "people"
    # PostgreSQL refuses a NUL in a text.
    query = request.GET.get("q", "").replace("\0", "").strip()[:100]
    page = _page_number(request)
    found, more = (holders.teams if of == "teams" else holders.people)(query, page=page)
    context = {
        "rows": [_row(holder, of) for holder in found],
        "of": of,
        "q": query,
        "page": page,
        "next": page + 1 if more else None,
        "totals": _totals(),
    }
    return render(request, "manage/credits.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def person(request: StudioRequest, user_id: int) -> HttpResponse:
    """Change a person's balance; asks for the password again."""
    access.staff(request)
    answer: HttpResponse = _change_person(request, user_id)
    return answer


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def team(request: StudioRequest, team_id: UUID) -> HttpResponse:
    """Change a team's pool; asks for the password again."""
    access.staff(request)
    answer: HttpResponse = _change_team(request, team_id)
    return answer


# Inside the check for staff: to everybody else the page does not exist, and asks for nothing.
@reauthentication_required  # type: ignore[untyped-decorator]
def _change_person(request: StudioRequest, user_id: int) -> HttpResponse:
    user: User = access.person_for(request, user_id)
    account = credits.account_of(user=user)
    here = reverse("manage_person", args=[user.pk])
    tint = getattr(user, "tint", 0)
    return _change(request, Owner(str(user), user.initials, tint, account.pk, here, "people"))


@reauthentication_required  # type: ignore[untyped-decorator]
def _change_team(request: StudioRequest, team_id: UUID) -> HttpResponse:
    found: Team = access.any_team_for(request, team_id)
    account = credits.account_of(team=found)
    here = reverse("manage_team", args=[found.pk])
    tint = sum(found.name.encode()) % 8
    return _change(request, Owner(found.name, found.name[:1].upper(), tint, account.pk, here, "teams"))


def _change(request: StudioRequest, owner: Owner) -> HttpResponse:
    if request.method == "GET":
        return _show(request, owner, _blank(owner))
    if "unblock" in request.POST:
        return _unblock(request, owner)
    form = AdjustForm(request.POST)
    if not form.is_valid() or request.POST.get("confirmed") != _confirmation(form):
        return _show(request, owner, form)
    try:
        _move(form, owner, access.staff(request))
    except InsufficientCredits as error:
        has = credits_text(error.available)
        form.add_error("amount", _("There are only %(has)s credits to remove.") % {"has": has})
    except Conflict as error:
        return _show(request, owner, _asked_again(form, owner), notice=error.message)
    except Invalid as error:
        blame(form, error)
    else:
        messages.success(request, _done(form, owner.name))
        return redirect(f"{reverse('manage_credits')}?of={owner.of}")
    return _show(request, owner, form)


def _move(form: AdjustForm, owner: Owner, staff: User) -> None:
    facts: dict[str, Any] = {
        "account_id": owner.account_id,
        "amount": int(form.moves),
        "key": str(form.cleaned_data["key"]),
        "actor": staff,
        "reason": form.cleaned_data["reason"],
    }
    if form.cleaned_data["mode"] == ADD:
        credits.grant(**facts)
    else:
        seen = int(form.cleaned_data["seen"]) if form.cleaned_data["mode"] == SET else None
        credits.adjust(**facts, seen=seen)


def _unblock(request: StudioRequest, owner: Owner) -> HttpResponse:
    reason = request.POST.get("unblock_reason", "").strip()
    if not reason:
        return _show(request, owner, _blank(owner), unblock_error=_("Say what was found."))
    credits.set_blocked(
        account_id=owner.account_id, blocked=False, actor=access.staff(request), reason=reason
    )
    messages.success(request, _("%(name)s can start runs again") % {"name": owner.name})
    return redirect(owner.here)


def _show(
    request: StudioRequest, owner: Owner, form: AdjustForm, *, notice: str = "", unblock_error: str = ""
) -> HttpResponse:
    now = ledger.balance(owner.account_id)
    describe_errors(form)
    sure = form.is_bound and form.is_valid()
    context = {
        "owner": owner,
        "form": form,
        "mode": form["mode"].value(),
        "modes": VERBS,
        "balance": now,
        "available": credits_text(now.available),
        "held": credits_text(now.held),
        "back": f"{reverse('manage_credits')}?of={owner.of}",
        "notice": notice,
        "unblock_error": unblock_error,
        "action": _action(form) if sure else "",
        "confirmed": _confirmation(form) if sure else "",
        "after": credits_text(form.cleaned_data["seen"] + form.moves) if sure else "",
    }
    status = 409 if notice else 422 if unblock_error else status_of(form)
    return render(request, "manage/adjust.html", context, status=status)


def _blank(owner: Owner) -> AdjustForm:
    seen = ledger.balance(owner.account_id).available
    return AdjustForm(initial={"mode": ADD, "key": uuid7(), "seen": seen})


def _asked_again(form: AdjustForm, owner: Owner) -> AdjustForm:
    """The same form over the balance of now, with a new key: what was typed stays, and is confirmed anew."""
    seen = ledger.balance(owner.account_id).available
    typed = {name: str(form[name].value()) for name in ("mode", "amount", "reason")}
    return AdjustForm({**typed, "key": str(uuid7()), "seen": str(seen)})


def _confirmation(form: AdjustForm) -> str:
    """What the button said when it was pressed; without a script the first press shows it."""
    return f"{form.cleaned_data['mode']}:{int(form.moves)}"


def _action(form: AdjustForm) -> str:
    amount = credits_text(abs(form.moves))
    mode = form.cleaned_data["mode"]
    if mode == SET:
        return _("Set to %(n)s credits") % {"n": credits_text(form.cleaned_data["seen"] + form.moves)}
    verb = _("Add %(n)s credits") if mode == ADD else _("Remove %(n)s credits")
    return verb % {"n": amount}


def _done(form: AdjustForm, name: str) -> str:
    facts = {"n": credits_text(abs(form.moves)), "name": name}
    if form.cleaned_data["mode"] == ADD:
        return _("%(n)s credits added to %(name)s") % facts
    if form.cleaned_data["mode"] == REMOVE:
        return _("%(n)s credits removed from %(name)s") % facts
    facts["n"] = credits_text(form.cleaned_data["seen"] + form.moves)
    return _("%(name)s now has %(n)s credits") % facts


def _row(holder: holders.Holder, of: str) -> dict[str, Any]:
    is_team = of == "teams"
    members = ngettext("%(n)s member", "%(n)s members", int(holder.about)) if is_team else ""
    return {
        "name": holder.name,
        "about": members % {"n": holder.about} if is_team else holder.about,
        "initials": holder.initials,
        "tint": sum(holder.name.encode()) % 8 if is_team else int(holder.id) % 8,
        "is_staff": holder.is_staff,
        "is_team": is_team,
        "blocked": holder.blocked,
        "empty": holder.available == 0,
        "available": credits_text(holder.available),
        "dollars": dollars_text(holder.available),
        "held": credits_text(holder.held),
        "spent": credits_text(holder.spent),
        "url": reverse("manage_team" if is_team else "manage_person", args=[holder.id]),
    }


def _totals() -> dict[str, Any]:
    totals = holders.totals()
    return {
        "unspent": credits_text(totals.unspent),
        "dollars": dollars_text(totals.unspent),
        "spent": credits_text(totals.spent),
        "held": credits_text(totals.held),
        "jobs": totals.jobs,
        "people": totals.people,
        "teams": totals.teams,
    }


def _page_number(request: StudioRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
