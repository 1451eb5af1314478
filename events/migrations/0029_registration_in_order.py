from django.db import migrations, models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce


def put_in_order(apps, schema_editor):
    """What would have closed after the meeting began closes then; what would have opened after it closed is open."""
    events = apps.get_model("events", "Event").objects
    for name in ("rsvp_closes_at", "promotion_cutoff_at"):
        late_hour = Q(**{"precision": "hour", f"{name}__gt": F("starts_at")})
        late = late_hour | (~Q(precision="hour") & Q(**{f"{name}__gt": F("ends_at")}))
        events.filter(late).update(**{name: Case(When(precision="hour", then=F("starts_at")), default=F("ends_at"))})
    events.filter(rsvp_opens_at__gte=Coalesce("rsvp_closes_at", "starts_at")).update(rsvp_opens_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0028_event_step'),
    ]

    operations = [
        migrations.RunPython(put_in_order, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('rsvp_opens_at__isnull', True), models.Q(('rsvp_closes_at__isnull', False), ('rsvp_opens_at__lt', models.F('rsvp_closes_at'))), models.Q(('rsvp_closes_at__isnull', True), ('starts_at__isnull', True)), models.Q(('rsvp_closes_at__isnull', True), ('rsvp_opens_at__lt', models.F('starts_at'))), _connector='OR'), name='event_opens_before_it_closes', violation_error_message='Registration would open after it has closed.'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('rsvp_closes_at__isnull', True), ('starts_at__isnull', True), ('rsvp_closes_at__lte', models.F('starts_at')), models.Q(models.Q(('precision', 'hour'), _negated=True), ('rsvp_closes_at__lte', models.F('ends_at'))), _connector='OR'), name='event_closes_before_it_begins', violation_error_message='Registration cannot close after the meeting has begun.'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('promotion_cutoff_at__isnull', True), ('starts_at__isnull', True), ('promotion_cutoff_at__lte', models.F('starts_at')), models.Q(models.Q(('precision', 'hour'), _negated=True), ('promotion_cutoff_at__lte', models.F('ends_at'))), _connector='OR'), name='event_promotes_before_it_begins', violation_error_message='Places are no longer given by themselves once the meeting has begun.'),
        ),
    ]
