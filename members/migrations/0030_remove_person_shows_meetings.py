from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0029_each_field_for_who_read_it")]
    operations = [migrations.RemoveField("person", "shows_meetings")]
