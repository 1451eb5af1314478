from django.db import migrations

# The search library asks whether title and text together hold the words, and indexes each by itself: PostgreSQL reads every entry.
CREATE = "CREATE INDEX search_words ON modelsearch_indexentry USING gin ((title || body))"


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX search_words")


class Migration(migrations.Migration):

    dependencies = [("members", "0008_person_found_by_search"), ("modelsearch", "0003_add_text_fields")]

    operations = [migrations.RunPython(create, drop)]
