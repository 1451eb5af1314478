import os

import pytest
from django.conf import settings
from django.core.cache import caches
from django.utils import translation

from tests.browsing import MISSING, browser, chromium, path_of_chromium  # noqa: F401
from tests.databases import django_db_setup  # noqa: F401
from tests.postbox import mailer, sink  # noqa: F401
from tests.processes import embedded, migrated  # noqa: F401

WATCH = "zeal.middleware.zeal_middleware"


def pytest_configure(config):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    settings.DOOR_PACE = 0
    settings.PAGE_CACHE = settings.KEEP_FACTS = False  # tests change rows behind the verbs' back; those of the cache turn it on
    settings.WHITENOISE_AUTOREFRESH = True
    if "pool" in settings.DATABASES["default"].get("OPTIONS", {}):  # PostgreSQL, whose disk no test relies on
        settings.DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
    else:  # where each page is asked for: the ORM asks as often whatever the database
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "zeal"]
        settings.ZEAL_RAISE = True
        settings.MIDDLEWARE = [WATCH, *settings.MIDDLEWARE]
    settings.MEDIA_ROOT /= os.environ.get("PYTEST_XDIST_WORKER", "")  # jobs that sweep files leave alone those of other workers


@pytest.fixture
def unwatched(settings):
    """For walks through all pages for another reason: `tests/rails/test_queries.py` looks at how often each asks."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != WATCH]


@pytest.fixture(autouse=True)
def _in_french():
    """A request leaves its language behind, and `reverse` follows it."""
    with translation.override("fr"):
        yield


@pytest.fixture(autouse=True)
def _at_any_hour(_fresh_cache, settings):
    """Quiet hours hold letters back: a test about them sets its own, the others pass at night too.

    Caches are cleared last, by the settings that a test found: not by those under which they are away.
    """
    settings.QUIET_HOURS = None


@pytest.fixture(autouse=True)
def _fresh_cache():
    _clear_caches()
    yield
    _clear_caches()


@pytest.fixture
def at_once(django_capture_on_commit_callbacks):
    """`at_once(deed, …)`: what waits for a commit happens as soon as the deed is through."""

    def run(deed, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return deed(*args, **kwargs)

    return run


def _clear_caches():
    for name in settings.CACHES:
        caches[name].clear()


def pytest_collection_modifyitems(items):
    """With CI=true, what drives a browser or other processes is tried again once, and named at the end: machines stall."""
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
        asks = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames)
        if "embedded" in item.fixturenames or not asks:
            item.add_marker(pytest.mark.embedded)
        if os.environ.get("CI") == "true" and {"browser", "processes"} & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter):
    """One line, however many tests had no browser."""
    without = terminalreporter.stats.get("skipped", []) + terminalreporter.stats.get("error", [])
    if not path_of_chromium() and any(MISSING in str(report.longrepr) for report in without):
        terminalreporter.write_line(MISSING, red=True)
