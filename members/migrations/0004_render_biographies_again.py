"""Biographies lose their headings, tables and pictures, and their links are followed by nobody, as in a comment."""

from django.db import migrations


def render_again(apps, schema_editor):
    for person in apps.get_model("members", "Person").objects.exclude(bio="").iterator():
        person.save(update_fields=["bio_html"])


class Migration(migrations.Migration):
    dependencies = [("members", "0003_biography_as_a_comment")]
    operations = [migrations.RunPython(render_again, migrations.RunPython.noop)]
