"""People and teams in Django's admin. Accounts are made and switched off on the page of people, with an audit row."""

from __future__ import annotations

import allauth.mfa.admin  # noqa: F401 (registers what is taken away below)
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.http import HttpRequest

from studio.accounts.models import AuditRow, Membership, Team, User

# Its form shows the secret of everybody's second factor.
admin.site.unregister(Authenticator)


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows to look at: nobody adds, changes or deletes them here, whatever their permissions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ("email", "name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    fields = ("email", "name", "timezone", "is_staff", "is_active", "last_login", "date_joined")


class Members(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    can_delete = False
    readonly_fields = ("user", "role")


@admin.register(Team)
class TeamAdmin(ReadOnly):
    list_display = ("name", "pool_pays", "created_at")
    search_fields = ("name",)
    inlines = (Members,)


@admin.register(AuditRow)
class AuditAdmin(ReadOnly):
    list_display = ("at", "actor", "action", "target", "reason", "request_id")
    list_filter = ("action",)
    search_fields = ("target", "reason", "request_id")
    date_hierarchy = "at"
