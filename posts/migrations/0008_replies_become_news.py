from django.db import migrations


def into_news(apps, schema_editor):
    """Replies whose letter had not left yet are told by the next one."""
    Letter, Notice = apps.get_model("members", "Letter"), apps.get_model("members", "Notice")
    waiting = Letter.objects.filter(kind="posts.comment_reply", state="queued", member__isnull=False)
    Notice.objects.bulk_create(
        Notice(
            member_id=letter.member_id,
            kind=letter.kind,
            key=f"comment:{letter.context['comment']}",
            context=letter.context,
            cadence="now",
        )
        for letter in waiting
    )
    waiting.delete()


class Migration(migrations.Migration):
    dependencies = [("posts", "0007_write_up_told_to_who_went"), ("members", "0025_news_as_often_as_wished")]

    operations = [migrations.RunPython(into_news, migrations.RunPython.noop)]
