"""The one-time id of the joining form, so that pressing it twice takes one seat."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0003_network_founded_once'),
        ('live', '0002_answered_by_id'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='seat',
            name='once',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=models.UniqueConstraint(condition=models.Q(('once', ''), _negated=True), fields=('run', 'once'), name='seat_form_once'),
        ),
    ]
