"""A seat's answered questions: a list of their keys becomes {key: id of the post}."""

from typing import Any

from django.db import migrations, models


def with_ids(apps: Any, editor: Any) -> None:
    """Answers given before have no id: a repeated post of theirs is refused, as it was."""
    for seat in apps.get_model("live", "Seat").objects.exclude(answered=[]).iterator():
        seat.answered = dict.fromkeys(seat.answered, "")
        seat.save(update_fields=["answered"])
    apps.get_model("live", "Seat").objects.filter(answered=[]).update(answered={})


def without_ids(apps: Any, editor: Any) -> None:
    for seat in apps.get_model("live", "Seat").objects.iterator():
        seat.answered = list(seat.answered)
        seat.save(update_fields=["answered"])


class Migration(migrations.Migration):
    dependencies = [("live", "0001_initial")]

    operations = [
        migrations.AlterField("seat", "answered", models.JSONField(default=dict)),
        migrations.RunPython(with_ids, without_ids),
    ]
