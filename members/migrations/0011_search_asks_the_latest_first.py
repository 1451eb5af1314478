from django.db import migrations

# A word that many texts hold is looked for among the latest first: their numbers and their words are indexed in one table.
CREATE = "CREATE INDEX search_numbers ON modelsearch_indexentry (content_type_id, (object_id::bigint))"


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX search_numbers")


class Migration(migrations.Migration):

    dependencies = [("members", "0010_known_browser")]

    operations = [migrations.RunPython(create, drop)]
