from datetime import datetime, timedelta

from django.db import migrations, models
from django.utils import timezone


def thirteen_months_on() -> datetime:
    """Addresses there are already work as long as one that is made now."""
    return timezone.now() + timedelta(days=400)


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='feed',
            name='ends_at',
            field=models.DateTimeField(default=thirteen_months_on),
            preserve_default=False,
        ),
    ]
