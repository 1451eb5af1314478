"""The log of deeds: written once, read by people, kept for a year."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members import standing
from members.models import Entry
from members.models.append_only import AppendOnly
from members.models.journal import deeds
from posts import moderating
from tests.cast import cast
from tests.desk import save
from tests.make import make_comment, make_person, make_topic

pytestmark = pytest.mark.django_db


def an_entry(**fields):
    return Entry.objects.write("member.block", cast("milan"), by=cast("olga"), note="Insultes", **fields)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: Entry.objects.update(note=""),
        lambda entry: Entry.objects.filter(pk=entry.pk).delete(),
        lambda entry: Entry.objects.all().bulk_update([entry], ["note"]),
    ],
)
def test_what_was_written_is_neither_changed_nor_removed(tamper):
    entry = an_entry()
    with pytest.raises(AppendOnly):
        tamper(entry)
    assert Entry.objects.get().note == "Insultes"


def test_the_log_is_kept_for_a_year():
    kept, old = an_entry(), Entry(verb="member.block", subject_type="members.member", subject_id="1")
    old.at = timezone.now() - timedelta(days=366)
    old.save()
    assert Entry.objects.forget_old() == 1
    assert list(Entry.objects.all()) == [kept]


def test_the_bare_deed_outlives_its_words():
    entry = an_entry()
    Entry.objects.filter(pk=entry.pk).forget_words()
    entry.refresh_from_db()
    assert (entry.verb, entry.subject_label, entry.note) == ("member.block", "", "")


def test_every_deed_on_a_comment_has_its_words():
    assert {f"comment.{deed}" for deed in moderating.FROM} <= set(deeds())


def test_states_are_said_in_words():
    entry = Entry.objects.write("member.admit", cast("milan"), before="friend", after="member")
    assert [entry.in_words(state) for state in ("friend", "member", "somewhere")] == ["Sympathisant·e", "Membre", "somewhere"]


def test_a_thing_whose_model_is_gone_is_still_read(client):
    client.force_login(cast("olga"))
    gone = Entry(verb="poll.open", subject_type="polls.poll", subject_id="3", subject_label="Sondage", after="open")
    gone.save()
    page = client.get(reverse("admin:members_entry_changelist")).text
    assert "poll.open" in page
    assert "Sondage" in page


def test_organisers_read_who_did_what_to_whom(client):
    olga, milan = cast("olga"), cast("milan")
    standing.block(milan, by=olga, reason="Insultes répétées")
    client.force_login(olga)
    page = client.get(reverse("admin:members_entry_changelist")).text
    assert "Bloquer un compte" in page
    assert "Membre → Bloqué·e" in page
    assert "Insultes répétées" in page
    assert reverse("admin:members_member_change", args=[milan.pk]) in page


def test_the_log_is_narrowed_to_one_deed(client):
    an_entry()
    Entry.objects.write("topic.merge", make_topic(name="Cuisine"), by=cast("olga"))
    client.force_login(cast("olga"))
    page = client.get(reverse("admin:members_entry_changelist"), {"deed": "topic.merge"}).text
    assert "Cuisine" in page
    assert "Insultes" not in page


def test_what_is_saved_at_the_desk_is_logged_with_what_changed(client):
    olga, person = cast("olga"), make_person(name="Ada Martin")
    client.force_login(olga)
    save(client, person, city="Rennes")
    entry = Entry.objects.get(verb="desk.change")
    assert (entry.actor, entry.subject_id, entry.subject_label) == (olga, str(person.pk), "Ada Martin")
    assert "Ville" in entry.note


def test_what_is_added_and_deleted_at_the_desk_is_logged(client):
    oscar = cast("oscar")
    client.force_login(oscar)
    client.post(reverse("admin:members_oldaddress_add"), {"path": "/ancien/", "target": "/articles/"})
    row = Entry.objects.get(verb="desk.add")
    client.post(reverse("admin:members_oldaddress_delete", args=[row.subject_id]), {"post": "yes"})
    assert list(Entry.objects.order_by("pk").values_list("verb", "subject_label")) == [
        ("desk.add", "/ancien/"),
        ("desk.delete", "/ancien/"),
    ]


def test_comments_written_by_people_are_told_at_the_desk_in_words(client):
    comment = make_comment(state="pending")
    moderating.approve(comment, by=cast("olga"))
    client.force_login(cast("olga"))
    assert "Approuver un commentaire" in client.get(reverse("admin:posts_comment_change", args=[comment.pk])).text
