from django.urls import path

from events import attachment_views, calendar_views, feedback_views, ticket_views, views
from events.assembly import proxy_views

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("passes/", views.event_past, name="past"),
    path("mon-agenda/", calendar_views.my_calendar, name="my_calendar"),
    path("<slug:slug>/", views.event_detail, name="detail"),
    path("<slug:slug>/inscription/", views.register, name="register"),
    path("<slug:slug>/billet/", ticket_views.my_ticket, name="ticket"),
    path("<slug:slug>/billet/<slug:token>/", ticket_views.ticket_by_link, name="ticket_by_link"),
    path("<slug:slug>/billet/<slug:token>/code.png", ticket_views.ticket_code, name="ticket_code"),
    path("<slug:slug>/place/", views.claim, name="claim"),
    path("<slug:slug>/place/<slug:token>/", views.claim_by_link, name="claim_by_link"),
    path("<slug:slug>/avis/", feedback_views.feedback, name="feedback"),
    path("<slug:slug>/avis/resultats/", feedback_views.opinions, name="opinions"),
    path("<slug:slug>/avis/<slug:token>/", feedback_views.feedback_by_link, name="feedback_by_link"),
    path("<slug:slug>/documents/<int:pk>/", attachment_views.document, name="document"),
    path("<slug:slug>/pouvoir/", proxy_views.proxy, name="proxy"),
    path("<slug:slug>/pouvoir/retrait/", proxy_views.proxy_withdraw, name="proxy_withdraw"),
    path("<slug:slug>/desinscription/", views.leave, name="leave"),
    path("<slug:slug>/confirmation/<slug:token>/", views.confirm_by_link, name="confirm_by_link"),
    path("<slug:slug>/accompagnants/<slug:token>/", views.guests_by_link, name="guests_by_link"),
    path("<slug:slug>/desinscription/<slug:token>/", views.leave_by_link, name="leave_by_link"),
]
