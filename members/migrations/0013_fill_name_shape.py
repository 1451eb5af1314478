from django.db import migrations


def fill(apps, schema_editor):
    """Saving is enough: the field writes itself."""
    for name in ("Member", "Person"):
        model = apps.get_model("members", name)
        for row in model.objects.exclude(name="").only("pk", "name").iterator():
            row.save(update_fields=["name_shape"])


class Migration(migrations.Migration):
    dependencies = [("members", "0012_name_shape")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
