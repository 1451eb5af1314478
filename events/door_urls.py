from django.urls import path

from events import door_views

# `key` is the slug of a meeting, for who runs it, or a signed link, which alone holds a colon.
app_name = "door"
urlpatterns = [
    path("billet/<str:code>/", door_views.ticket, name="ticket"),
    path("<slug:slug>/liens/", door_views.links, name="links"),
    path("<slug:slug>/liens/donner/", door_views.give_link, name="give_link"),
    path("<slug:slug>/liens/<int:pk>/revoquer/", door_views.revoke_link, name="revoke_link"),
    path("<str:key>/", door_views.door_page, name="door"),
    path("<str:key>/sans-inscription/", door_views.walk_in, name="walk_in"),
    path("<str:key>/<int:pk>/arrivee/", door_views.check_in, name="check_in"),
    path("<str:key>/<int:pk>/entree/", door_views.admit, name="admit"),
    path("<str:key>/<int:pk>/retrait/", door_views.undo, name="undo"),
]
