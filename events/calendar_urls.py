from django.urls import path

from events import calendar_views as views

urlpatterns = [
    path("agenda.ics", views.agenda, name="agenda"),
    path("agenda/<str:signed>.ics", views.personal_agenda, name="agenda_personal"),
    path("evenements/<slug:slug>.ics", views.event_file, name="event_file"),
    path("groupes/<slug:slug>/agenda.ics", views.group_agenda, name="agenda_group"),
    path("cycles/<slug:slug>/agenda.ics", views.cycle_agenda, name="agenda_cycle"),
    path("tag/<slug:slug>/agenda.ics", views.topic_agenda, name="agenda_topic"),
    path("partenaires/<slug:slug>/agenda.ics", views.partner_agenda, name="agenda_partner"),
]
