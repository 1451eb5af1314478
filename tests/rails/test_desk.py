"""The desk gives each role what it runs: no row of others by its number, its fields, its history or an action."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import reverse

from members.models import Person
from tests import desk, make
from tests.cast import cast
from tests.rails import club

pytestmark = pytest.mark.django_db

# who -> action of the desk -> what it changes, whatever rows it names; an action that is not here changes nothing
EVENT, COMMENT, POST = "events.event", "posts.comment", "posts.post"
MODERATING = {
    **{f"{COMMENT}.{action}": {COMMENT} for action in ("approve", "reject", "mark_spam", "remove")},
    "posts.discussion.close": {"posts.discussion"},
}
DEEDS: dict[str, dict[str, set[str]]] = {
    "coralie": {
        **{f"{EVENT}.{action}": {EVENT} for action in ("cancel", "postpone", "move_online")},
        f"{EVENT}.copy": {EVENT, "events.eventpartner", "events.eventtopic", "events.talk", "events.todo"},
        f"{EVENT}.prepare": {"events.todo"},
        "events.attachment.delete_selected": {"events.attachment"},
        "events.todo.tick": {"events.todo"},
        "events.todo.delete_selected": {"events.todo"},
        "events.registration.remove": {"events.registration"},
        "members.grouprequest.accept": {"members.grouprequest", "members.groupmembership"},
        "members.grouprequest.decline": {"members.grouprequest"},
        "members.groupmembership.remove": {"members.groupmembership"},
        "members.groupnotice.tell": {"members.groupnotice"},
        "members.groupnotice.delete_selected": {"members.groupnotice"},
    },
    "aude": {f"{POST}.submit": {POST}},
    "modou": {
        **MODERATING,
        "posts.report.uphold": {"posts.report", COMMENT},
        "posts.report.dismiss": {"posts.report"},
        "posts.watchedword.delete_selected": {"posts.watchedword"},
    },
    "tristan": {
        "members.dues.pay": {"members.dues"},
        "members.dues.give_seat": {"members.duesseat"},
        "members.dues.cancel": {"members.dues", "members.invoice", "members.invoiceseries"},
        "members.duesseat.take_back": {"members.duesseat"},
    },
    "edith": {
        **MODERATING,
        **{f"{POST}.{action}": {POST} for action in ("submit", "withdraw")},
        **{f"{POST}.{action}": {POST, "posts.discussion"} for action in ("publish", "schedule")},
    },
}
NOT_FOR_ORGANISERS = {"members.member.give_roles", "members.member.rescue"}
DELETED_BY_ORGANISERS = {
    *("events.attachment", "events.todo", "members.groupnotice", "members.oldaddress", "partners.period", "posts.watchedword")
}


def signed_in(who: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast(who))
    return client


# -- what is asked by hand --------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "model", "asked", "status"),
    [
        ("aude", "events.event", "online_url__startswith", 400),
        ("aude", "events.event", "access_notes__startswith", 400),
        ("edith", "events.event", "invitations__email__startswith", 400),
        ("aude", "events.event", "title__startswith", 200),
        ("olga", "events.event", "access_notes__startswith", 200),
        ("coralie", "events.venue", "access_notes__startswith", 400),
        ("coralie", "events.registration", "token__startswith", 400),
        ("coralie", "events.registration", "member__email__startswith", 400),
        ("coralie", "events.registration", "event__id__exact", 200),
        ("aude", "members.person", "member__exact", 400),
        ("aude", "members.person", "member__email__startswith", 400),
        ("aude", "members.person", "member__isempty", 200),
        ("modou", "posts.comment", "text_hash__startswith", 400),
        ("modou", "posts.comment", "state__exact", 200),
        ("olga", "members.member", "password__startswith", 400),
        ("oscar", "members.letter", "text__contains", 400),
        ("oscar", "members.letter", "key__startswith", 400),
    ],
)
def test_only_what_a_page_shows_may_be_asked_about(who, model, asked, status):
    """AZ-07, IN-09."""
    club.build()
    url = reverse(f"admin:{model.replace('.', '_')}_changelist")
    assert signed_in(who).get(url, {asked: "1"}).status_code == status


@pytest.mark.parametrize(("who", "finds"), [("modou", 0), ("edith", 0), ("olga", 1)])
def test_addresses_are_searched_by_who_may_see_accounts(who, finds):
    make.make_comment(
        member=make.make_member(email="cherchee@example.org"), discussion=make.make_discussion(post=make.make_post())
    )
    page = signed_in(who).get(reverse("admin:posts_comment_changelist"), {"q": "cherchee@"})
    assert page.context["cl"].result_count == finds


@pytest.mark.parametrize(("who", "finds"), [("coralie", 0), ("olga", 1)])
def test_nor_does_a_coordinator_search_the_addresses_of_who_comes(who, finds):
    group = make.make_group(coordinators=[cast("coralie")])
    make.make_registration(event=make.make_event(group=group), member=make.make_member(email="cherchee@example.org"))
    page = signed_in(who).get(reverse("admin:events_registration_changelist"), {"q": "cherchee@"})
    assert page.context["cl"].result_count == finds


# -- what was done to a row ---------------------------------------------------------
@pytest.mark.parametrize(("who", "status"), [("aude", 403), ("edith", 403), ("coralie", 200), ("olga", 200)])
def test_the_history_of_a_meeting_names_people_invited_to_who_runs_it_alone(who, status):
    event = make.make_event(group=make.make_group(coordinators=[cast("coralie")]))
    assert signed_in(who).get(reverse("admin:events_event_history", args=[event.pk])).status_code == status
    page = signed_in(who).get(reverse("admin:events_event_change", args=[event.pk])).text
    assert ("historylink" in page) == (status == 200)
    assert "viewsitelink" in page


@pytest.mark.parametrize("who", ["modou", "oscar"])
def test_no_address_of_the_desk_leads_to_any_row_there_is(who):
    """Django's own redirects whoever may enter, to the page of anything: a slug tells the title."""
    row = make.make_event(title="Secrète", audience="invitation")
    kind = ContentType.objects.get_for_model(row)
    assert signed_in(who).get(f"/admin/r/{kind.pk}/{row.pk}/").status_code == 404


@pytest.mark.parametrize(("who", "sees"), [("coralie", False), ("aude", False), ("edith", True), ("olga", True)])
def test_portraits_of_private_people_are_for_who_keeps_their_pages(who, sees):
    hidden, shown = make.make_picture(alt="Portrait de Priscille"), make.make_picture(alt="Portrait de Paule")
    make.make_person(portrait=hidden, visibility=Person.Visibility.PRIVATE)
    make.make_person(portrait=shown)
    page = signed_in(who).get(reverse("admin:members_picture_changelist")).text
    assert ("Priscille" in page, "Paule" in page) == (sees, True)


# -- actions -------------------------------------------------------------------------
def everything() -> dict[str, dict]:
    """Model → key → row, of all our models but the letters and the log, which say what was done elsewhere."""
    apart = {"members.letter", "members.entry", "members.notice"}
    ours = [model for label in ("members", "partners", "events", "posts") for model in apps.get_app_config(label).get_models()]
    return {
        model._meta.label_lower: {row["pk"]: row for row in model._default_manager.values("pk", *_columns(model))}
        for model in ours
        if model._meta.label_lower not in apart
    }


def _columns(model) -> list[str]:
    """Without what entering the desk and taking a lock change."""
    return [
        field.attname for field in model._meta.concrete_fields if field.name not in ("last_seen_on", "last_login", "rsvp_rev")
    ]


def touched(before: dict, after: dict) -> set[tuple[str, object]]:
    return {
        (model, key)
        for model, rows in after.items()
        for key in rows.keys() | before[model].keys()
        if rows.get(key) != before[model].get(key)
    }


def act(client: Client, owner: admin.ModelAdmin, action: str) -> None:
    """`action` on every row there is, whatever the list shows, past the page that asks for words."""
    named = [str(pk) for pk in owner.model._default_manager.values_list("pk", flat=True)]
    said = {"confirmed": "yes", "reason": "hate", "decision": "Vu.", "at_0": "2099-01-01", "at_1": "10:00", "post": "yes"}
    said |= {"paid_on": "2026-01-01", "method": "cash", "email": "olga@example.org"}
    data = {"action": action, "_selected_action": named, "select_across": "1", **said}
    client.post(reverse(f"admin:{owner.opts.app_label}_{owner.opts.model_name}_changelist"), data)


def deeds(client: Client) -> dict[str, set[tuple[str, object]]]:
    """Action → (model, key) of what it changed, of every action of every page, none of which stays."""
    before, found = everything(), {}
    for owner in admin.site._registry.values():
        for action in [*owner.actions, "delete_selected"]:
            held = transaction.savepoint_create()
            act(client, owner, action)
            changed = touched(before, everything())
            transaction.savepoint_rollback(held)
            if changed:
                found[f"{owner.opts.label_lower}.{action}"] = changed
    return found


def kept_by(who: str, people) -> set[tuple[str, object]]:
    """Rows that a coordinator or an author may not change, whatever they run."""
    own = {
        "coralie": ("events", {people.open.pk, people.grouped.pk, people.tonight.pk}),
        "aude": ("posts", {people.author_draft.pk}),
    }
    if who not in own:
        return set()
    kept, pks = own[who]
    model = EVENT if kept == "events" else POST
    others = {(model, pk) for pk in apps.get_model(model)._default_manager.exclude(pk__in=pks).values_list("pk", flat=True)}
    others |= {("events.attachment", people.invited_document.pk)}
    others |= {("events.registration", people.registration_elsewhere.pk), ("events.todo", people.todo_elsewhere.pk)}
    return others | of_other_groups(people)


def of_other_groups(people) -> set[tuple[str, object]]:
    others = apps.get_model("members.group").objects.exclude(pk=people.group.pk)
    rows = {("members.group", pk) for pk in others.values_list("pk", flat=True)}
    for model in ("members.groupmembership", "members.grouprequest", "members.groupnotice"):
        hung = apps.get_model(model).objects.filter(group__in=others).values_list("pk", flat=True)
        rows |= {(model, pk) for pk in hung}
    return rows


# Who may do what is decided above the database: on another one, who runs some rows only, and who does nearly everything (below).
@pytest.mark.parametrize("who", [who if who == "coralie" else pytest.param(who, marks=pytest.mark.embedded) for who in DEEDS])
def test_an_action_reaches_what_its_role_runs_and_no_other_row(who):
    """AZ-04, AZ-05."""
    people = club.build()
    kept = kept_by(who, people)
    found = deeds(signed_in(who))
    assert {action: {model for model, _key in rows} for action, rows in found.items()} == DEEDS[who]
    assert set().union(*found.values()) & kept == set()


def test_an_organiser_gives_no_keys_and_deletes_next_to_nothing():
    club.build()
    found = deeds(signed_in("olga"))
    assert not NOT_FOR_ORGANISERS & set(found)
    deleted = {action.removesuffix(".delete_selected") for action in found if action.endswith(".delete_selected")}
    assert deleted == DELETED_BY_ORGANISERS
    assert set(found) > {action for who in DEEDS if who != "tristan" for action in DEEDS[who]}


# -- forged forms -------------------------------------------------------------------
def pairs() -> list[tuple]:
    """(a row of the desk, a row of another that hangs on it there), of each model that shows such rows."""
    event, partner = make.make_event(), make.make_partner()
    member, person = make.make_member(), make.make_person()
    dues = make.make_dues(organisation=make.make_organisation(), contact=member, seats=2, ends_in=90)
    post, plain = make.make_post(author=person), make.make_post()
    make.make_group(members=[other := make.make_member()])
    return [
        (plain, post.credits.get()),
        (make.make_member(), other.group_memberships.get()),
        (make.make_partner().periods.get(), partner.periods.get().counterparts.create(text="Une page")),
        (make.make_event(), make.make_talk(event=event, person=person)),
        (make.make_event(), make.make_event_partner(event=event, organisation=partner.organisation)),
        (make.make_event(), make.make_invitation(event=event, member=member)),
        (make.make_event(), make.make_question(event=event)),
        (make.make_person(), make.make_mandate(person=person)),
        (make.make_person(), person.languages.create(code="fr")),
        (make.make_partner(), partner.periods.get()),
        (make.make_dues(organisation=make.make_organisation(), contact=member, seats=2), dues.holders.create(member=member)),
    ]


def stored(row) -> dict:
    return type(row).objects.filter(pk=row.pk).values().get()


@pytest.mark.embedded  # the forms refuse it
@pytest.mark.parametrize("deed", [{"DELETE": "on"}, {}])
def test_a_forged_form_reaches_no_row_of_another(deed):
    """AD-03: the number of somebody else's row in a set of rows, to delete it, or to change it and take it over."""
    oscar = signed_in("oscar")
    for row, others in pairs():
        page = oscar.get(desk.change_url(row))
        rows = next(one.formset for one in page.context["inline_admin_formsets"] if one.formset.model is type(others))
        there = desk.typed(oscar, desk.change_url(getattr(others, rows.fk.name)))
        forged = {name: value for name, value in there.items() if name.startswith(f"{rows.prefix}-")}
        forged |= {f"{rows.prefix}-0-{rows.fk.name}": row.pk, **{f"{rows.prefix}-0-{name}": word for name, word in deed.items()}}
        before, numbers = stored(others), (type(others).objects.count(), type(row).objects.count())
        assert forged[f"{rows.prefix}-0-id"] == others.pk
        assert oscar.post(desk.change_url(row), desk.typed(oscar, desk.change_url(row), **forged)).status_code in (
            200,
            302,
        )
        assert (stored(others), (type(others).objects.count(), type(row).objects.count())) == (before, numbers), type(others)


def test_each_set_of_rows_of_the_desk_was_forged():
    shown = {inline.model for one in admin.site._registry.values() for inline in one.inlines}
    assert shown == {type(others) for _row, others in pairs()}


def test_no_list_of_the_desk_is_a_form():
    """AD-03: rows are changed on their own page, where it is asked again who may; and none is saved as another."""
    registered = admin.site._registry.values()
    assert [type(one).__name__ for one in registered if one.list_editable or one.save_as] == []


@pytest.mark.parametrize("made", [make.make_dues, make.make_plan, make.make_mandate, make.make_topic])
def test_no_row_is_saved_as_a_new_one_by_a_forged_button(made):
    """It would be added past the page that adds, and past its verb."""
    row, oscar = made(), signed_in("oscar")
    numbers = type(row).objects.count()
    forged = {"_saveasnew": "1", "plan": getattr(row, "plan_id", ""), "amount": "1", "name": "Autre", "title": "Autre"}
    assert oscar.post(desk.change_url(row), desk.typed(oscar, desk.change_url(row)) | forged).status_code == 403
    assert type(row).objects.count() == numbers
