from django.db import migrations, models
from django.db.models import F


def go_on_counting(apps, schema_editor):
    """Letters that wait name the step by the number of the calendar entry, and no number is used twice."""
    apps.get_model("events", "Event").objects.update(step=F("ical_sequence"))


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0027_answers_to_choose_from"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="step",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.RunPython(go_on_counting, migrations.RunPython.noop),
    ]
