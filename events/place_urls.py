from django.urls import path

from events import views

# The same namespace is not given twice: these names live in `places`.
app_name = "places"
urlpatterns = [
    path("programme/<slug:season>/", views.programme, name="programme"),
    path("cycles/<slug:slug>/", views.cycle_detail, name="cycle"),
    path("lieux/<slug:slug>/", views.venue_detail, name="venue"),
]
