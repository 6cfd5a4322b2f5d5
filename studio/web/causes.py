"""Why a job gave no pictures, in words: what happened, what to do next, and what became of the credits."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.core.micros import credits_text
from studio.jobs import billing
from studio.jobs.models import Job, State

DECLINED = frozenset({"moderation_input", "moderation_output"})


@dataclass(frozen=True, slots=True)
class Cause:
    """The card's bold sentence, what happened and what helps, what became of the credits, the icon's kind."""

    title: str
    detail: str
    money: str
    kind: str = ""


def cause(job: Job, delivered: int) -> Cause | None:
    """The words for a job that is over without all its pictures; None when it has them all."""
    if delivered >= job.n:
        return None
    if job.state == State.CANCELLED:
        return Cause(_("Cancelled."), "", money(job, delivered))
    title, next_step = _words(job, delivered)
    detail = f"{job.error_detail.rstrip('.')}." if job.error_detail else ""
    kind = "declined" if job.error_code in DECLINED else ""
    return Cause(title, f"{detail} {next_step}".strip(), money(job, delivered), kind)


def money(job: Job, delivered: int) -> str:
    """What was held, charged and returned, as one sentence."""
    if not billing.is_held(job):
        return _("This model is free: nothing was held or charged.")
    if job.state == State.UNCONFIRMED:
        held = credits_text(billing.quoted(job).high)
        return _("%(held)s credits stay held until it is clear, at most a day.") % {"held": held}
    returned = credits_text(billing.quoted(job).high - job.charged)
    if not job.charged:
        text = ngettext(
            "Nothing was charged. %(returned)s credit returned.",
            "Nothing was charged. %(returned)s credits returned.",
            1 if returned == "1" else 2,
        )
        return text % {"returned": returned}
    if delivered >= job.n:
        return _("%(charged)s credits charged.") % {"charged": credits_text(job.charged)}
    return _("%(returned)s credits returned, %(charged)s charged.") % {
        "returned": returned,
        "charged": credits_text(job.charged),
    }


def _words(job: Job, delivered: int) -> tuple[str, str]:
    names = {"model": job.model_label, "delivered": delivered, "wanted": job.n}
    if job.state == State.UNCONFIRMED:
        return (
            _("%(model)s took the request and its answer was lost.") % names,
            _("It is not sent again by itself, so that you are never charged twice."),
        )
    if delivered:
        return (
            _("%(delivered)d of %(wanted)d images delivered.") % names,
            _("Retry asks only for the missing ones."),
        )
    title, next_step = _causes().get(job.error_code, _causes()[""])
    return title % names, next_step


def _causes() -> dict[str, tuple[str, str]]:
    return {
        "": (_("%(model)s failed."), _("Try again, or switch to another model.")),
        "auth": (
            _("The server's key for %(model)s was refused."),
            _("Switch model, and tell whoever runs this server."),
        ),
        "billing": (
            _("The server's account for %(model)s has run dry."),
            _("Switch model, and tell whoever runs this server."),
        ),
        "moderation_input": (
            _("%(model)s declined this prompt or a reference."),
            _("Change the wording, or switch to another model."),
        ),
        "moderation_output": (
            _("%(model)s made a picture and declined to hand it over."),
            _("Change the wording and run it again."),
        ),
        "invalid_request": (
            _("%(model)s does not accept these settings."),
            _("Change them and run it again."),
        ),
        "prompt_too_long": (_("The prompt is too long for %(model)s."), _("Shorten it and run it again.")),
        "model_unavailable": (_("%(model)s is not available."), _("Switch to another model.")),
        "rate_limited": (_("%(model)s is busy."), _("Retry later, or switch to another model.")),
        "timeout": (_("%(model)s did not finish in time."), _("Retry, or switch to a faster model.")),
        "result_expired": (
            _("%(model)s finished, but its pictures could not be fetched in time."),
            _("Retry."),
        ),
        "empty_result": (_("%(model)s answered without a picture."), _("Retry, or change the wording.")),
        "not_kept": (
            _("%(model)s finished, and this server could not keep what it made."),
            _("Tell whoever runs this server, then retry."),
        ),
        "provider_paused": (
            _("%(model)s was paused by whoever runs this server."),
            _("Switch to another model, or retry later."),
        ),
        "provider_down": (
            _("%(model)s was down."),
            _("Switch to another model, or retry later."),
        ),
        "not_read": (_("This server was too busy to read the references."), _("Retry in a minute.")),
        "crashed": (
            _("The worker stopped on this run again and again."),
            _("Try a smaller size or another model."),
        ),
        "unconfirmed": (
            _("It never became clear whether %(model)s did the work."),
            _("Retry, or switch to another model."),
        ),
    }
