"""What Django itself can do on this machine: a page of 30 kB with a loop and no query, the usual middleware, and a fixed body.

Served like the site (`gunicorn tests.bench.ceiling:application`); `make bench` gives our pages as ratios to these.
"""

import datetime

import django
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

BASE = (
    "<!doctype html><html lang=fr><head><title>{% block title %}{% endblock %}</title></head>"
    "<body>{% block content %}{% endblock %}</body></html>"
)
PAGE = (
    "{% extends 'base.html' %}{% block title %}{{ title }}{% endblock %}{% block content %}{% for p in posts %}<article>"
    "<h2><a href='/{{ p.slug }}/'>{{ p.title }}</a></h2><p>{{ p.date|date:'j F Y' }} {% for t in p.tags %}"
    "<a href='/tag/{{ t }}/'>{{ t }}</a> {% endfor %}</p>{{ p.html|safe }}</article>{% endfor %}{% endblock %}"
)
LOADER = (
    "django.template.loaders.cached.Loader",
    [("django.template.loaders.locmem.Loader", {"base.html": BASE, "page.html": PAGE})],
)

settings.configure(
    DEBUG=False,
    SECRET_KEY="ceiling",
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    LANGUAGE_CODE="fr",
    INSTALLED_APPS=[f"django.contrib.{name}" for name in ("contenttypes", "auth", "sessions", "messages")],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [LOADER],
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
)
django.setup()

POSTS = [
    {
        "slug": f"a-{n}",
        "title": f"L’article {n}",
        "date": datetime.date(2026, 11, 1),
        "tags": ["un", "deux", "trois"],
        "html": "<p>" + "Le club partage un guide. " * 110 + "</p>",
    }
    for n in range(10)
]
BODY = b"x" * 30_720


def page(request):
    return render(request, "page.html", {"title": "Accueil", "posts": POSTS})


def body(request):
    return HttpResponse(BODY)


urlpatterns = [path("page/", page), path("body/", body)]

from django.core.wsgi import get_wsgi_application  # noqa: E402 -- after the settings

application = get_wsgi_application()
