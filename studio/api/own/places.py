"""Where things are kept: projects, which number their runs, and collections of pictures."""

from __future__ import annotations

from django.http import HttpResponseBase

from studio.api import ids
from studio.api.http import ApiRequest, answer
from studio.api.own import answers, cursors
from studio.api.own.fields import NewProject, Paged
from studio.gallery import collections
from studio.jobs import listing, projects
from studio.jobs.models import Project

PROJECTS, COLLECTIONS = "projects", "collections"


def list_projects(request: ApiRequest, query: Paged) -> HttpResponseBase:
    """Those of the key's workspace, newest first."""
    after = cursors.row(PROJECTS, query.cursor)
    rows, last = listing.projects(request.actor, request.key.team, after=after, size=query.limit)
    page = answers.Page[answers.Project](
        data=[_project(request, row) for row in rows], next_cursor=cursors.written(PROJECTS, last)
    )
    return answer(page.model_dump(mode="json"))


def create_project(request: ApiRequest, body: NewProject) -> HttpResponseBase:
    """Empty, in the key's workspace."""
    made = projects.new_project(actor=request.actor, team=request.key.team, name=body.name)
    return answer(_project(request, made).model_dump(mode="json"), 201)


def list_collections(request: ApiRequest, query: Paged) -> HttpResponseBase:
    """Those of the key's workspace, newest first."""
    after = cursors.row(COLLECTIONS, query.cursor)
    rows, last = collections.page(request.actor, request.key.team, after=after, size=query.limit)
    counts = collections.counts_of(request.actor, [row.pk for row in rows])
    data = [
        answers.Collection(
            id=ids.shown("col", row.pk),
            name=row.name,
            pictures=counts[row.pk],
            mine=row.owner_id == request.actor.require_user().pk,
            created_at=row.created_at,
        )
        for row in rows
    ]
    page = answers.Page[answers.Collection](data=data, next_cursor=cursors.written(COLLECTIONS, last))
    return answer(page.model_dump(mode="json"))


def _project(request: ApiRequest, row: Project) -> answers.Project:
    return answers.Project(
        id=ids.shown("prj", row.pk),
        name=row.name,
        runs=row.last_number,
        mine=row.owner_id == request.actor.require_user().pk,
        created_at=row.created_at,
        used_at=row.used_at,
    )
