"""Who is told that somebody else speaks for their school."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0003_network_founded_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='NewVoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('noted_at', models.DateTimeField(blank=True, null=True)),
                ('brought_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tie', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.affiliation')),
                ('told', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='new_voices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-pk'],
            },
        ),
    ]
