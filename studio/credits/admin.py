"""The ledger in Django's admin: to look at, never to touch."""

from __future__ import annotations

from django.contrib import admin

from studio.accounts.admin import ReadOnly
from studio.credits.models import Account, Entry, Hold


@admin.register(Account)
class AccountAdmin(ReadOnly):
    list_display = ("__str__", "available", "held", "blocked", "created_at")
    list_filter = ("blocked",)
    search_fields = ("user__email", "team__name")


@admin.register(Hold)
class HoldAdmin(ReadOnly):
    list_display = ("key", "account", "amount", "settled", "refunded", "state", "created_at")
    list_filter = ("state",)
    search_fields = ("key",)
    list_select_related = ("account__user", "account__team")


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    list_display = ("created_at", "account", "kind", "d_available", "d_held", "reason", "request_id")
    list_filter = ("kind",)
    search_fields = ("key", "reason", "request_id")
    list_select_related = ("account__user", "account__team")
