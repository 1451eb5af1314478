from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0005_web_addresses_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='picture',
            name='widths',
            field=models.JSONField(default=None, editable=False, null=True, verbose_name='widths of its variants'),
        ),
    ]
