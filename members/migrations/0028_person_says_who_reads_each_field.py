from django.db import migrations

from members.models.shown import ReadersField

LABELS = {
    "headline": "who reads the headline",
    "organisation": "who reads the organisation",
    "city": "who reads the town",
    "bio": "who reads the biography",
    "portrait": "who sees the portrait",
    "topics": "who reads the interests",
    "links": "who follows the links",
    "groups": "who reads the groups",
    "meetings": "who reads the meetings joined",
}


class Migration(migrations.Migration):
    dependencies = [("members", "0027_topics_and_announcements_of_groups")]
    operations = [
        migrations.AddField("person", f"{field}_for", ReadersField(verbose_name=label)) for field, label in LABELS.items()
    ]
