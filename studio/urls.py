"""The whole map of the site."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from studio.api import docs, results, routes
from studio.web import (
    accounts,
    collections,
    credits,
    elsewhere,
    exports,
    gallery,
    health,
    images,
    keeping,
    keys,
    manage,
    media,
    models_page,
    palette,
    people,
    runs,
    sample,
    studio,
    style_guide,
    teams,
    uploads,
    vendors,
)

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    # The studio; its live stream, /events, is answered beside Django (see asgi.py)
    path("", studio.studio, name="studio"),
    path("projects/", studio.projects, name="projects"),
    path("projects/<uuid:project_id>/", studio.project, name="project"),
    path("price", runs.price, name="price"),
    path("parameters", runs.parameters, name="parameters"),
    path("runs", runs.submit, name="runs"),
    path("runs/<uuid:run_id>/", runs.run, name="run"),
    path("runs/<uuid:run_id>/curl", runs.curl, name="run_curl"),
    path("runs/<uuid:run_id>/cancel", runs.cancel, name="run_cancel"),
    path("jobs/<uuid:job_id>/retry", runs.retry, name="job_retry"),
    path("jobs/<uuid:job_id>/elsewhere", elsewhere.elsewhere, name="job_elsewhere"),
    path("palette", palette.palette, name="palette"),
    # Getting in, and one's own settings
    path("setup/<str:token>/", accounts.setup, name="setup"),
    path("join/<str:token>/", accounts.join, name="join"),
    path("reset/<str:token>/", accounts.reset, name="reset"),
    path("account/", accounts.account, name="account"),
    path("account/theme/", accounts.theme, name="theme"),
    path("account/keys/", keys.index, name="keys"),
    path("account/keys/new/", keys.new, name="key_new"),
    path("account/keys/<uuid:id>/revoke/", keys.revoke, name="key_revoke"),
    path("account/signup/", accounts.signup, name="account_signup"),
    path("account/password/reset/", accounts.password_reset, name="account_reset_password"),
    path("account/", include("allauth.urls")),
    # Teams
    path("workspace/", teams.switch, name="workspace"),
    path("teams/", teams.index, name="teams"),
    path("teams/new/", teams.create, name="team_create"),
    path("teams/<uuid:id>/", teams.team, name="team"),
    path("teams/<uuid:id>/invite/", teams.invite, name="team_invite"),
    path("teams/<uuid:id>/leave/", teams.leave, name="team_leave"),
    path("teams/<uuid:id>/members/<int:user_id>/role/", teams.role, name="team_role"),
    path("teams/<uuid:id>/members/<int:user_id>/remove/", teams.remove, name="team_remove"),
    # Pictures
    path("gallery/", gallery.gallery_page, name="gallery"),
    path("gallery/timeline", gallery.shelf_timeline, name="gallery_timeline"),
    path("gallery/shape", gallery.shape, name="gallery_shape"),
    path("gallery/tiles", gallery.shelf_tiles, name="gallery_tiles"),
    path("gallery/newer", gallery.newer, name="gallery_newer"),
    path("gallery/bin", keeping.to_bin, name="to_bin"),
    path("gallery/restore", keeping.restore, name="restore"),
    path("gallery/purge", keeping.purge, name="purge"),
    path("gallery/favourites", keeping.favourites, name="favourites"),
    path("collections/", collections.create, name="collections"),
    path("collections/<uuid:id>/add", collections.add, name="collection_add"),
    path("collections/<uuid:id>/remove", collections.remove, name="collection_remove"),
    path("collections/<uuid:id>/rename", collections.rename, name="collection_rename"),
    path("collections/<uuid:id>/delete", collections.delete, name="collection_delete"),
    path("exports/", exports.ask, name="exports"),
    path("exports/<uuid:id>/", exports.export_page, name="export"),
    path("exports/<uuid:id>/download", exports.download, name="export_download"),
    path("images/<uuid:id>/", images.image_page, name="image"),
    path("images/<uuid:id>/download", images.download, name="download"),
    path("images/<uuid:id>/favourite", images.favourite, name="favourite"),
    path("images/<uuid:id>/rate", images.rate, name="rate"),
    path("uploads/", uploads.uploads, name="uploads"),
    path("uploads/address", uploads.upload_address, name="upload_address"),
    path("media/<uuid:id>/<slug:variant>", media.media, name="media"),
    path("media/preview/<uuid:id>/<int:index>", media.partial, name="partial"),
    # Models
    path("models/", models_page.models_page, name="models"),
    path("models/order", models_page.order, name="models_order"),
    # The parts that pages are built of
    path("style/", style_guide.style_guide, name="style_guide"),
    # Money
    path("credits/", credits.statement, name="credits"),
    path("credits/statement.csv", credits.statement_csv, name="credits_csv"),
    # Staff
    path("manage/credits/", manage.index, name="manage_credits"),
    path("manage/credits/people/<int:user_id>/", manage.person, name="manage_person"),
    path("manage/credits/teams/<uuid:team_id>/", manage.team, name="manage_team"),
    path("manage/people/", people.index, name="manage_people"),
    path("manage/people/invite/", people.invite, name="manage_invite"),
    path("manage/people/<int:user_id>/reset/", people.reset, name="manage_reset"),
    path("manage/people/<int:user_id>/active/", people.active, name="manage_active"),
    path("manage/providers/", vendors.index, name="manage_providers"),
    path("manage/providers/check", vendors.check, name="manage_provider_check"),
    path("manage/providers/pause", vendors.pause, name="manage_provider_pause"),
    path("manage/providers/resume", vendors.resume, name="manage_provider_resume"),
    path("manage/providers/again", vendors.again, name="manage_provider_again"),
    path("manage/sample/", sample.index, name="manage_sample"),
    path("admin/", admin.site.urls),
    path("api/docs", docs.overview, name="api_docs"),
    path("api/docs/<slug:name>", docs.dialect, name="api_docs_dialect"),
    # For programs: each dialect below its own base, and at the root what a key speaks
    *routes.patterns(),
    path("r/<uuid:id>/<str:signed>", results.result, name="result"),
    # For machines
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # Last, for /api/ is a base too: where nothing lies that a program could ask for
    *routes.ends(),
]

handler400 = "studio.web.errors.bad_request"
handler403 = "studio.web.errors.permission_denied"
handler404 = "studio.web.errors.page_not_found"
handler429 = "studio.web.errors.too_many_requests"  # allauth's, for what is tried too often
handler500 = "studio.web.errors.server_error"
