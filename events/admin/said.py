"""What the desk says that its deeds did to meetings, or would do, with links to them."""

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events import scheduling, wording
from events.models import Event
from events.refusals import Refused
from smclub.dates import short_day


def published(events: list[Event]) -> str:
    links = (
        (event.get_absolute_url(), event, _(" (over: among the past meetings)") if event.is_over else "") for event in events
    )
    return format_html(_("On the site: {}."), format_html_join(", ", '<a href="{}">{}</a>{}', links))


def repeated(made: list[list[Event]]) -> str:
    drafts = [draft for each in made for draft in each]
    if not drafts:
        return _("Each of these days has its meeting already: no draft was made.")
    text = ngettext("{} draft, to read again and to publish: {}.", "{} drafts, to read again and to publish: {}.", len(drafts))
    links = ((reverse("admin:events_event_change", args=[draft.pk]), short_day(draft.local_day)) for draft in drafts)
    return format_html(text, len(drafts), format_html_join(", ", '<a href="{}">{}</a>', links))


def restored_as(event: Event) -> str:
    """Of a meeting that is about to be restored, with its date, or why it cannot be."""
    try:
        scheduling.refuse_restoration(event)
    except Refused as refusal:
        return _("%(meeting)s: %(refusal)s") % {"meeting": event, "refusal": refusal}
    if event.is_postponed:
        text = _("%(meeting)s: it takes place at its old date again, %(when)s. A new one is given in its form instead.")
    else:
        text = _("%(meeting)s: it takes place after all, %(when)s.")
    return text % {"meeting": event, "when": wording.when(event)}
