"""The pages of the desk about one meeting stand in one frame: where they are, which meeting, when and where."""

import re

import pytest
from django.urls import reverse

from tests.cast import cast
from tests.make import make_event, make_venue

pytestmark = pytest.mark.django_db
PAGES = ("event_attendees", "event_convoke", "event_figures_of", "event_proxies", "event_register", "event_write", "todo_of")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_about_a_meeting_says_which_and_leads_back_to_it(client, name):
    client.force_login(cast("olga"))
    event = make_event(title="Assemblée <b>", kind="assembly", venue=make_venue(name="La Halle"))
    page = client.get("/en" + reverse(f"admin:events_{name}", args=[event.pk])).text
    crumbs = re.search(r'<ol class="breadcrumbs">(.*?)</ol>', page, re.DOTALL)[1]
    links = re.findall(r'<a href="([^"]+)">([^<]+)</a>', crumbs)
    assert [label for _url, label in links] == ["Home", "Events", "Assemblée &lt;b&gt;"]
    assert links[2][0] == f"/en/admin/events/event/{event.pk}/change/"
    assert re.search(r"<h2>Assemblée &lt;b&gt;</h2>\s*<p>[^<]+ – La Halle[^<]*</p>", page)
