"""When the mail server took a letter; those written before count as taken when they were written."""

from typing import Any

from django.db import migrations, models


def as_written(apps: Any, editor: Any) -> None:
    apps.get_model("directory", "Invitation").objects.update(posted_at=models.F("sent_at"))


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [
        migrations.AddField(
            "invitation", "posted_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunPython(as_written, migrations.RunPython.noop),
    ]
