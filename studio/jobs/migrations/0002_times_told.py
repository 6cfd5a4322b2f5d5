from django.db import migrations, models

import studio.core.clock

COLUMNS = {
    "project": ("created_at", "used_at"),
    "run": ("created_at",),
    "job": ("created_at",),
    "attempt": ("started_at",),
}


class Migration(migrations.Migration):
    """When a row was made is asked of the studio's own clock. No column changes, so no table is touched."""

    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name=model,
                    name=column,
                    field=models.DateTimeField(default=studio.core.clock.now, editable=False),
                )
                for model, columns in COLUMNS.items()
                for column in columns
            ]
        )
    ]
