from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0020_dues_and_their_invoices")]

    operations = [
        migrations.AddField(
            model_name="mandate",
            name="elected_on",
            field=models.DateField(blank=True, help_text="The day of the general assembly, if there was a vote.", null=True, verbose_name="elected on"),
        ),
    ]
