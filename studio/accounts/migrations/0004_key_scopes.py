"""A key says what it may do. Keys from before could do everything, and go on doing so."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import studio.accounts.models

ALL = ["generate", "pictures", "credits"]


def allow_all(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("accounts", "ApiKey").objects.filter(scopes=[]).update(scopes=ALL)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_no_spend_cap")]

    operations = [
        migrations.AlterField(
            model_name="apikey",
            name="dialect",
            field=models.CharField(
                choices=[
                    ("openai", "OpenAI"),
                    ("deepshi", "Deepshi"),
                    ("async", "Tasks"),
                    ("fairstack", "FairStack"),
                    ("multi", "Multi-provider"),
                ],
                default="openai",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="scopes",
            field=models.JSONField(default=studio.accounts.models.every_scope),
        ),
        migrations.RunPython(allow_all, migrations.RunPython.noop),
    ]
