from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credits", "0004_time_told"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("state", "settled")),
                fields=["account", "resolved_at"],
                name="hold_charged",
            ),
        ),
    ]
