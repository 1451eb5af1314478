import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_french():
    """A request under /en/ leaves its language active; addresses made by the next test would be English."""
    with translation.override("fr"):
        yield
