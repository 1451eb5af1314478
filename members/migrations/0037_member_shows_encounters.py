from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0036_letter_quiet_zone")]

    operations = [
        migrations.AddField(
            model_name="member",
            name="shows_encounters",
            field=models.BooleanField(
                default=False,
                help_text="Afterwards, and to those alone who wish it too: each sees which meetings open to all both were at.",
                verbose_name="name shown to those met at meetings",
            ),
        ),
    ]
