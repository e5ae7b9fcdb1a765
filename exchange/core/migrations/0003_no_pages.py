from django.db import migrations


def forget(apps, schema_editor):
    """Pages and help texts are read from their files; nothing ever read them from here."""
    apps.get_model("core", "Pack").objects.filter(kind__in=["page", "help"]).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_letters_and_chores'),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop, elidable=True)]
