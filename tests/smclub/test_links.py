import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from smclub.links import web_address
from tests.test_house import APPS


@pytest.mark.parametrize("typed", ["https://moi.example/", "HTTP://moi.example", "https://moi.example/@ana?to=a@b.example#@"])
def test_an_address_of_the_web_is_taken(typed):
    web_address(typed)


@pytest.mark.parametrize(
    "typed", ["ftp://moi.example/", "https://bank.example@evil.example/", "http://a:b@moi.example", "mailto:a@b.example", "//x"]
)
def test_what_is_not_of_the_web_or_hides_its_host_is_refused(typed):
    with pytest.raises(ValidationError):
        web_address(typed)


def kept() -> list[models.URLField]:
    fields = [field for app in APPS for model in apps.get_app_config(app).get_models() for field in model._meta.fields]
    return [field for field in fields if isinstance(field, models.URLField)]


HOSTILE = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://x.example/%0aalert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://x.example/1",
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https://bank.example@evil.example/",
    "https://x.example/\r\nSet-Cookie: a=b",
    "https://x.exa\x00mple/",
    'https://x.example" onclick="alert(1)',
    "https://x.example/" + "a" * 3000,
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_no_address_that_is_kept_runs_or_hides_where_it_leads(typed):
    """IN-02: every field of every model, and the form made of it."""
    for field in kept():
        with pytest.raises(ValidationError):
            field.clean(typed, None)
        with pytest.raises(ValidationError):
            field.formfield().clean(typed.strip()) and field.clean(typed, None)


def test_every_address_that_is_kept_is_looked_at():
    addresses = kept()
    assert addresses
    assert [str(field) for field in addresses if web_address not in field.validators] == []
