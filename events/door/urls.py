from django.urls import path

from events.door import views

# `key` is the slug of a meeting, for who runs it, or a signed link, which alone holds a colon.
app_name = "door"
urlpatterns = [
    path("billet/<str:code>/", views.ticket, name="ticket"),
    path("<slug:slug>/liens/", views.links, name="links"),
    path("<slug:slug>/liens/donner/", views.give_link, name="give_link"),
    path("<slug:slug>/liens/<int:pk>/revoquer/", views.revoke_link, name="revoke_link"),
    path("<str:key>/", views.door_page, name="door"),
    path("<str:key>/sans-inscription/", views.walk_in, name="walk_in"),
    path("<str:key>/<int:pk>/arrivee/", views.check_in, name="check_in"),
    path("<str:key>/<int:pk>/entree/", views.admit, name="admit"),
    path("<str:key>/<int:pk>/retrait/", views.undo, name="undo"),
]
