"""What a coordinator sends by hand about a meeting of another group: nothing of it is read, and nothing changes."""

import pytest
from django.urls import reverse

from events.models import Event
from tests.cast import cast
from tests.desk import change_url, send, typed
from tests.make import make_event, make_group, make_invitation, make_question, make_talk, make_todo

pytestmark = pytest.mark.django_db
PAGES = ("attendees", "register", "write", "figures_of", "proxies", "convoke")


@pytest.fixture
def own(client):
    coralie = cast("coralie")
    client.force_login(coralie)
    return make_event(group=make_group(coordinators=[coralie]))


@pytest.fixture
def other():
    return make_event(title="Le rachat", is_confidential=True, audience="members", public_title="Réunion", group=make_group())


def test_neither_a_page_nor_an_action_nor_a_search_reaches_it(client, own, other):
    for name in PAGES:
        address = reverse(f"admin:events_event_{name}", args=[other.pk])
        assert client.get(address).status_code == 404
        assert client.post(address).status_code in (404, 405)
    meetings = reverse("admin:events_event_changelist")
    for action in ("cancel", "copy", "publish", "prepare"):
        client.post(meetings, {"action": action, "_selected_action": [other.pk], "confirmed": "yes"})
    assert Event.objects.count() == 2
    assert Event.objects.get(pk=other.pk).status == "scheduled"
    assert not other.todos.exists()
    for model in ("event", "attachment", "todo", "registration"):
        assert "rachat" not in client.get(reverse(f"admin:events_{model}_changelist"), {"q": "Le rac"}).text
    asked = {"app_label": "events", "model_name": "attachment", "field_name": "event", "term": "rac"}
    assert client.get(reverse("admin:autocomplete"), asked).json()["results"] == []


def test_nothing_of_ones_own_is_given_to_it_nor_to_another_group(client, own, other):
    client.post(reverse("admin:events_todo_add"), {"event": other.pk, "title": "Trouver la salle"})
    said = {"event": other.pk, "kind": "link", "url": "https://presse.example", "title": "Un article", "position": 0}
    client.post(reverse("admin:events_attachment_add"), said)
    assert not other.todos.exists()
    assert not other.attachments.exists()
    for group in (other.group_id, ""):
        assert send(client, own, group=group).status_code == 200
        assert Event.objects.get(pk=own.pk).group_id == own.group_id


def test_a_row_of_it_named_in_ones_own_form_stays_as_it_is(client, own, other):
    talk, question = make_talk(event=other, title="Le sien"), make_question(event=other)
    invitation = make_invitation(event=other, email="ines@example.org")
    todo = make_todo(event=other)
    for name, row in (("talks", talk), ("questions", question), ("invitations", invitation)):
        forged = {f"{name}-TOTAL_FORMS": "1", f"{name}-INITIAL_FORMS": "1"}
        forged |= {f"{name}-0-id": row.pk, f"{name}-0-event": own.pk, f"{name}-0-DELETE": "on"}
        address = change_url(own)
        client.post(address, typed(client, address) | forged)
        assert type(row).objects.filter(pk=row.pk, event=other).exists()
    assert client.post(reverse("admin:events_todo_tick", args=[todo.pk])).status_code == 404
