from django.urls import path, register_converter

from posts import comment_views, report_views, views
from smclub import converters

register_converter(converters.Year, "yyyy")
register_converter(converters.Month, "mm")
register_converter(converters.Day, "dd")
register_converter(converters.AnySlug, "anyslug")

app_name = "posts"
urlpatterns = [
    path("articles/", views.post_list, name="list"),
    path("publications-2/", views.old_list, {"name": "posts:list"}, name="old_articles"),
    path("publications-2/page/<int:number>/", views.old_list, {"name": "posts:list"}, name="old_articles_page"),
    path("tendances-social-media/", views.old_list, {"name": "posts:reports"}, name="old_reports"),
    path("tendances-social-media/page/<int:number>/", views.old_list, {"name": "posts:reports"}, name="old_reports_page"),
    path("articles/apercu/<str:token>/", views.post_preview, name="preview"),
    path("comptes-rendus/", views.report_list, name="reports"),
    path("<yyyy:year>/", views.year_archive, name="year"),
    path("<yyyy:year>/<mm:month>/", views.month_archive, name="month"),
    path("<yyyy:year>/<mm:month>/<dd:day>/", views.day_archive, name="day"),
    path("<yyyy:year>/<mm:month>/<dd:day>/<anyslug:slug>/", views.post_detail, name="detail"),
    path("category/<slug:slug>/", views.category_detail, name="category"),
    path("tag/<slug:slug>/", views.topic_detail, name="topic"),
    path("series/<slug:slug>/", views.series_detail, name="series"),
    path("discussions/evenement/<int:pk>/commenter/", comment_views.comment_on_event, name="comment_on_event"),
    path("discussions/article/<int:pk>/commenter/", comment_views.comment_on_post, name="comment_on_post"),
    path("discussions/apercu/", comment_views.comment_preview, name="comment_preview"),
    path("commentaires/<int:pk>/", comment_views.comment_permalink, name="comment"),
    path("commentaires/<int:pk>/repondre/", comment_views.comment_reply, name="comment_reply"),
    path("commentaires/<int:pk>/modifier/", comment_views.comment_edit, name="comment_edit"),
    path("commentaires/<int:pk>/retirer/", comment_views.comment_withdraw, name="comment_withdraw"),
    path("signaler/", report_views.report, name="report"),
    path("signaler/merci/", report_views.report_thanks, name="report_thanks"),
]
