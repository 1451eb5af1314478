from django.db import migrations

ASKED = "Parrain ou marraine\u00a0: "


def carry(apps, schema_editor):
    """The name that an applicant typed stays readable, below what they wrote."""
    for application in apps.get_model("members", "Application").objects.exclude(sponsor=""):
        application.motivation = f"{application.motivation}\n\n{ASKED}{application.sponsor}".strip()
        application.save(update_fields=["motivation"])


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0016_application_sponsors_and_questions'),
    ]

    operations = [
        migrations.RunPython(carry, migrations.RunPython.noop),
    ]
