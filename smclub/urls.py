from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from events import encounter_views, speaking_views
from events import views as events_views
from posts import views as posts_views
from smclub import health, media, my_data, views, wayfinding

handler400 = "smclub.views.bad_request"
handler403 = "smclub.views.permission_denied"
handler404 = "smclub.views.page_not_found"
handler500 = "smclub.views.server_error"

# Machine addresses: no language prefix.
urlpatterns = [
    path("", include("posts.feed_urls")),
    path("", include("events.calendar_urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", wayfinding.favicon, name="favicon"),
    path("robots.txt", wayfinding.robots, name="robots"),
    path("sitemap.xml", wayfinding.sitemap, name="sitemap"),
    path(".well-known/security.txt", wayfinding.security_txt, name="security_txt"),
    path("cartes/articles/<int:pk>/<slug:shape>-<slug:digest>.png", posts_views.post_card, name="card_post"),
    path("cartes/rencontres/<int:pk>/<slug:shape>-<slug:digest>.png", events_views.event_card, name="card_event"),
    path("media/<path:name>", media.media, name="media"),
]
if settings.DEMO:
    urlpatterns.append(path("demo/lettres/", include("members.demo_urls")))
if "debug_toolbar" in settings.INSTALLED_APPS:
    from debug_toolbar.toolbar import debug_toolbar_urls  # lazy: installed for developers only

    urlpatterns += debug_toolbar_urls()

urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("recherche/", views.search, name="search"),
    path("admin/", admin.site.urls),
    path("compte/", include("allauth.urls")),
    path("compte/donnees/", my_data.my_data, name="my_data"),
    path("compte/donnees/copie/", my_data.export, name="my_data_export"),
    path("compte/donnees/copie/<int:pk>/", my_data.download, name="my_data_download"),
    path("compte/donnees/effacer/", my_data.erase, name="my_data_erase"),
    path("compte/donnees/garder/", my_data.keep, name="my_data_keep"),
    path("compte/personnes-croisees/", encounter_views.people_met, name="people_met"),
    path("evenements/", include("events.urls")),
    path("", include("events.place_urls")),
    path("accueil/", include("events.door.urls")),
    path("intervention/<str:key>/", speaking_views.own_texts, name="speaker"),
    path("partenaires/", include("partners.urls")),
    path("", include("members.urls")),
    path("", include("posts.urls")),
    path("<slug:slug>/", posts_views.page, name="page"),
    prefix_default_language=False,
)
