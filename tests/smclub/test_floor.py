import pytest
from django.conf import settings
from django.core.cache import caches
from django.utils import translation

from members.models import Group
from smclub.addresses import absolute, in_language
from smclub.changed import changed
from smclub.databases import CacheRouter
from smclub.editions import EDITION, first_edition, raise_edition
from smclub.languages import localised
from smclub.limits import allowed


@pytest.mark.parametrize(
    ("language", "french", "english", "expected", "lang"),
    [
        ("fr", "Lieu", "Place", "Lieu", "fr"),
        ("en", "Lieu", "Place", "Place", "en"),
        ("en", "Lieu", "", "Lieu", "fr"),
        ("fr", "", "Place", "Place", "en"),
    ],
)
def test_a_text_is_in_the_readers_language_or_says_its_own(language, french, english, expected, lang):
    with translation.override(language):
        text = localised(Group(meets=french, meets_en=english), "meets")
    assert (str(text), text.lang) == (expected, lang)


def test_absolute_addresses_come_from_the_settings_alone():
    assert absolute("/articles/") == f"{settings.SITE_URL}/articles/"
    assert in_language("en", "posts:list") == "/en/articles/"
    assert in_language("fr", "posts:list") == "/articles/"


def test_a_limit_lets_so_many_through_and_no_more():
    assert [allowed("essai", "a", times=2, seconds=60) for _n in range(4)] == [True, True, False, False]
    assert allowed("essai", "b", times=2, seconds=60)


def test_no_edition_is_ever_used_again():
    editions = [first_edition()]
    assert first_edition() == editions[0]
    raise_edition()
    editions.append(caches["pages"].get(EDITION))
    caches["pages"].clear()
    editions.append(first_edition())
    assert len(set(editions)) == 3


@pytest.mark.django_db
def test_a_change_counts_only_once_committed(django_capture_on_commit_callbacks):
    raise_edition()
    before = caches["pages"].get(EDITION)
    with django_capture_on_commit_callbacks(execute=False):
        changed(Group(name="x"))
    assert caches["pages"].get(EDITION) == before


def test_the_cache_has_its_own_database_and_nothing_else_goes_there():
    router = CacheRouter()
    assert router.allow_migrate("cache", "members") is False
    assert router.allow_migrate("default", "django_cache") is False
    assert router.allow_migrate("cache", "django_cache") is True
    assert router.allow_migrate("default", "members") is None
