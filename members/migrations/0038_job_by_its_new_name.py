"""A job is known by its name, whose apostrophe is curved from now on."""

from django.db import migrations


def rename(apps, schema_editor):
    apps.get_model("members", "JobRun").objects.filter(job="copies of people's data").update(job="copies of people’s data")


class Migration(migrations.Migration):
    dependencies = [("members", "0037_member_shows_encounters")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
