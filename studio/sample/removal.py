"""Takes the sample studio away: all of it, and nothing that somebody made themselves.

What people made in its team moves to their personal workspaces. The ledger keeps its entries, as it always does:
the team's account stays, empty, under a team without a name that nobody is in. All in one transaction; files go
after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.accounts import teams
from studio.accounts.actors import Actor
from studio.accounts.models import User
from studio.core import db, leases
from studio.core.errors import Conflict
from studio.credits import selectors as balances
from studio.credits import services as credits
from studio.gallery import hearts
from studio.gallery import services as gallery
from studio.gallery.models import Favourite
from studio.images import bin as bins
from studio.images import services as images
from studio.images import shelves
from studio.images.models import Lineage
from studio.jobs.models import Job, Output, Project, Reference, Run
from studio.sample import selectors, shelving
from studio.sample.models import Sample
from studio.sample.services import LEASE


def remove(sample: Sample, *, by: User | None) -> None:
    """Remove the sample. Raises Conflict while it is being painted, and while somebody's run is at work in it."""
    if sample.ready_at is None and not leases.is_free(LEASE):
        raise Conflict(_("The sample studio is still being painted. Try again in a few seconds."))
    with db.atomic():
        if working := selectors.contents(sample).working:
            raise Conflict(
                ngettext(
                    "A run is at work in %(team)s. Wait until it is over, or cancel it.",
                    "%(count)d runs are at work in %(team)s. Wait until they are over, or cancel them.",
                    working,
                )
                % {"team": sample.team.name, "count": working}
            )
        collections = shelving.empty(sample)
        _hand_over(sample)
        shelving.restore(collections)
        _delete_pictures(sample)
        _delete_runs(sample)
        _return_credits(sample)
        _forget_counts(sample)
        teams.close(by=by, team=sample.team)
        people = list(sample.people.all())
        sample.delete()
        User.objects.filter(pk__in=[person.pk for person in people]).delete()


def _hand_over(sample: Sample) -> None:
    """Give people what is theirs, and the pictures that their runs were given."""
    lent = {image.pk: image for image in selectors.lent_pictures(sample)}
    uses = Reference.objects.filter(image__in=lent, job__run__in=selectors.own_runs(sample))
    for image_id, owner_id in uses.order_by("-pk").values_list("image_id", "job__run__owner_id"):
        lent[image_id].owner_id = owner_id
    Output.objects.filter(image__in=lent).delete()
    for image in (*selectors.own_pictures(sample), *lent.values()):
        hearts = _without_hearts([image.pk])
        images.hand_over(image, owner=User.objects.get(pk=image.owner_id), team=None)
        if image.owner_id in hearts:
            gallery.set_favourite(actor=Actor(user=image.owner), image=image, on=True)
    _move_runs(sample)


def _without_hearts(ids: Iterable[UUID]) -> set[int]:
    """Take every heart off these pictures, so that no count remembers it; whose they were."""
    found = list(Favourite.objects.filter(image__in=list(ids)).select_related("user", "image"))
    for heart in found:
        gallery.set_favourite(actor=Actor(user=heart.user), image=heart.image, on=False)
    return {heart.user_id for heart in found}


def _move_runs(sample: Sample) -> None:
    """People's runs into projects of their own: one of the same name where the project was somebody else's."""
    homes: dict[tuple[int, UUID], Project] = {}
    for run in selectors.own_runs(sample).select_related("project", "owner"):
        before = run.project
        if before.owner_id != run.owner_id:
            place = (run.owner_id, before.pk)
            if place not in homes:
                homes[place] = Project.objects.create(
                    owner=run.owner, name=before.name, last_number=before.last_number, used_at=before.used_at
                )
            before = homes[place]
        Run.objects.filter(pk=run.pk).update(project=before, team=None)
    own = Project.objects.filter(team=sample.team).exclude(owner__in=sample.people.all())
    own.update(team=None)


def _delete_pictures(sample: Sample) -> None:
    """Rows first and files after the commit; the youngest first, since a child holds on to its parents."""
    told = list(selectors.told_pictures(sample).order_by("-pk"))
    ids = [image.pk for image in told]
    _without_hearts(ids)
    # By their runs: a picture that was deleted for good has left its output behind.
    Output.objects.filter(job__run__in=selectors.told_runs(sample)).delete()
    Reference.objects.filter(image__in=ids).delete()
    Lineage.objects.filter(parent__in=ids).delete()
    shelves.count_out(told)
    for image in told:
        bins.remove(image)


def _delete_runs(sample: Sample) -> None:
    runs = selectors.told_runs(sample)
    Job.objects.filter(run__in=runs).delete()
    runs.delete()
    Project.objects.filter(team=sample.team).delete()


def _forget_counts(sample: Sample) -> None:
    shelves.drop(shelves.shared(sample.team_id))
    for user_id in sample.team.memberships.values_list("user_id", flat=True):
        shelves.drop(hearts.scope(user_id, sample.team_id))


def _return_credits(sample: Sample) -> None:
    """Empty the pool. What people put into it themselves goes to the owner, as far as it is still there."""
    pool = credits.account_of(team=sample.team).pk
    available = balances.balance(pool).available
    if not available:
        return
    own = min(available, balances.given_by_people(pool))
    key, reason = f"sample:{sample.pk}:end", _("The sample studio was removed")
    credits.adjust(account_id=pool, amount=-available, key=key, actor=None, reason=reason)
    if own > 0:
        account = credits.account_of(user=sample.owner).pk
        credits.grant(account_id=account, amount=own, key=key, actor=None, reason=reason)
