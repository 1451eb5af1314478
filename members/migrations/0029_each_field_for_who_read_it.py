from django.db import migrations
from django.db.models import F

OF_THE_PAGE = ("headline", "organisation", "city", "bio", "portrait", "topics", "links", "groups")


def keep(apps, schema_editor):
    """Each field goes on being read by whoever reads the page, and the meetings by them where they were shown."""
    people = apps.get_model("members", "Person").objects
    people.update(**{f"{field}_for": F("visibility") for field in OF_THE_PAGE})
    people.filter(shows_meetings=True).update(meetings_for=F("visibility"))


def forget(apps, schema_editor):
    people = apps.get_model("members", "Person").objects
    people.exclude(meetings_for="private").update(shows_meetings=True)


class Migration(migrations.Migration):
    dependencies = [("members", "0028_person_says_who_reads_each_field")]
    operations = [migrations.RunPython(keep, forget)]
