from django.urls import path

from posts import feeds

urlpatterns = [
    path("feed/", feeds.site_rss, name="feed"),
    path("feed.json", feeds.site_json, name="feed_json"),
    path("tag/<slug:slug>/feed/", feeds.topic_rss, name="feed_topic"),
    path("tag/<slug:slug>/feed.json", feeds.topic_json, name="feed_topic_json"),
    path("category/<slug:slug>/feed/", feeds.category_rss, name="feed_category"),
    path("category/<slug:slug>/feed.json", feeds.category_json, name="feed_category_json"),
    path("personnes/<slug:slug>/feed/", feeds.person_rss, name="feed_person"),
    path("personnes/<slug:slug>/feed.json", feeds.person_json, name="feed_person_json"),
    path("groupes/<slug:slug>/feed/", feeds.group_rss, name="feed_group"),
    path("groupes/<slug:slug>/feed.json", feeds.group_json, name="feed_group_json"),
    path("partenaires/<slug:slug>/feed/", feeds.partner_rss, name="feed_partner"),
    path("partenaires/<slug:slug>/feed.json", feeds.partner_json, name="feed_partner_json"),
]
