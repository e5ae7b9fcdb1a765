"""The one-time id of the draft from which a network was founded."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0002_letters_posted'),
    ]

    operations = [
        migrations.AddField(
            model_name='network',
            name='draft_key',
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddConstraint(
            model_name='network',
            constraint=models.UniqueConstraint(condition=models.Q(('draft_key', ''), _negated=True), fields=('founded_by', 'draft_key'), name='network_founded_once'),
        ),
    ]
