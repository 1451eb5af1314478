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


def test_every_address_that_is_kept_is_looked_at():
    fields = [field for app in APPS for model in apps.get_app_config(app).get_models() for field in model._meta.fields]
    addresses = [field for field in fields if isinstance(field, models.URLField)]
    assert addresses
    assert [str(field) for field in addresses if web_address not in field.validators] == []
