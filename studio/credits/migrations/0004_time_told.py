from django.db import migrations, models

import studio.core.clock


class Migration(migrations.Migration):
    """When an account was made is asked of the studio's own clock. No column changes, so no table is touched."""

    dependencies = [("credits", "0003_append_only")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="account",
                    name="created_at",
                    field=models.DateTimeField(default=studio.core.clock.now, editable=False),
                )
            ]
        )
    ]
