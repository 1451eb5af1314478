"""What a meeting leaves: who sees it, when, and that no file outlives it."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from events import attaching
from events.models import Attachment
from tests.cast import cast
from tests.make import make_attachment, make_document, make_event, make_group, make_picture

pytestmark = pytest.mark.django_db


def page_of(client, event):
    return client.get(reverse("events:detail", args=[event.slug]))


def seen(visitor, event) -> set[str]:
    return set(Attachment.objects.visible_to(visitor).filter(event=event).values_list("title", flat=True))


@pytest.mark.parametrize(
    ("meeting", "who", "sees"),
    [
        ({}, None, {"Notes", "Reportage"}),
        ({}, "flora", {"Notes", "Reportage"}),
        ({}, "milan", {"Notes", "Reportage", "Entre nous"}),
        ({"days": 3}, None, {"Notes"}),
        ({"days": 3}, "milan", {"Notes", "Entre nous"}),
        ({"days": 3}, "olga", {"Notes", "Reportage", "Entre nous"}),
        ({"audience": "members"}, None, set()),
        ({"audience": "members"}, "flora", set()),
        ({"audience": "members"}, "milan", {"Notes", "Reportage", "Entre nous"}),
        ({"is_confidential": True}, "flora", set()),
        ({"audience": "invitation"}, "milan", set()),
        ({"published_at": None}, "milan", set()),
        ({"published_at": None}, "olga", {"Notes", "Reportage", "Entre nous"}),
        ({"days": None}, None, {"Notes", "Reportage"}),
    ],
)
def test_what_was_left_is_for_whom_the_meeting_is_and_most_of_it_for_afterwards(meeting, who, sees):
    event = make_event(**{"days": -3} | meeting)
    make_document(event=event, title="Notes")
    make_document(event=event, title="Entre nous", is_for_members=True)
    make_attachment(event=event, title="Reportage")
    assert seen(who and cast(who), event) == sees


def test_minutes_are_for_afterwards():
    event, past = (make_event(days=days, kind="assembly", audience="members") for days in (3, -3))
    for meeting in (event, past):
        make_document(event=meeting, kind="minutes", title="Procès-verbal", is_for_members=True)
    assert [seen(cast(who), meeting) for who in ("milan", "olga") for meeting in (event, past)] == [
        set(),
        {"Procès-verbal"},
        {"Procès-verbal"},
        {"Procès-verbal"},
    ]
    assert seen(cast("flora"), past) == set()


def test_the_page_of_an_assembly_has_its_documents_then_its_minutes_under_their_own_names(client):
    event = make_event(days=-3, kind="assembly", audience="members")
    make_document(event=event, title="Rapport moral")
    make_document(event=event, kind="minutes", title="Ce que nous avons décidé", is_for_members=True)
    headings = ('id="minutes">Procès-verbal', 'id="papers">Documents de l’assemblée')
    client.force_login(cast("milan"))
    text = page_of(client, event).text
    assert [heading in text for heading in headings] == [True, True]
    assert text.index("Ce que nous avons décidé") < text.index("Rapport moral")
    client.force_login(cast("flora"))
    assert "Ce que nous avons décidé" not in page_of(client, event).text


@pytest.mark.parametrize(("kind", "ticked"), [("assembly", True), ("conference", False)])
def test_what_is_added_to_an_assembly_is_for_members_unless_unticked(client, kind, ticked):
    client.force_login(cast("olga"))
    add, event = reverse("admin:events_attachment_add"), make_event(kind=kind)
    for told in (f"event={event.pk}&kind=minutes", f"_changelist_filters=event__id__exact%3D{event.pk}"):
        form = client.get(f"{add}?{told}").context["adminform"].form
        assert form.get_initial_for_field(form.fields["is_for_members"], "is_for_members") is ticked


def test_a_coordinator_sees_those_of_their_groups_before_everybody():
    group = make_group(coordinators=[cast("coralie")])
    own, other = make_event(group=group, days=3), make_event(days=3)
    for event in (own, other):
        make_attachment(event=event, title="Reportage")
    assert (seen(cast("coralie"), own), seen(cast("coralie"), other)) == ({"Reportage"}, set())


def test_the_page_shows_each_kind_and_loads_nothing_from_elsewhere(client):
    event = make_event(days=-3)
    photo = make_attachment(event=event, kind="photo", title="La salle")
    make_attachment(event=event, kind="video", title="L’enregistrement", url="https://youtu.be/aB3-dE_gH1j")
    slides = make_document(event=event, kind="slides", title="Les diapositives")
    make_attachment(event=event, title="Un article", source="Le Journal")
    text = page_of(client, event).text
    for said in (
        "La salle",
        "Jeanne Tirage",
        "L’enregistrement",
        "youtu.be",
        "Les diapositives",
        "Un article",
        "Le Journal",
    ):
        assert said in text
    assert f'href="{reverse("events:document", args=[event.slug, slides.pk])}"' in text
    assert (
        f"{reverse('posts:report')}?url={reverse('events:detail', args=[event.slug]).replace('/', '%2F')}%23photo-{photo.pk}"
        in text
    )
    assert "<iframe" not in text
    assert 'src="https://' not in text


def test_the_link_under_a_photograph_fills_in_the_form_that_takes_it_down(client):
    photo = make_attachment(kind="photo")
    text = client.get(f"{reverse('posts:report')}?url={photo.event.get_absolute_url()}%23photo-{photo.pk}").text
    assert f"{photo.event.get_absolute_url()}#photo-{photo.pk}" in text


def test_a_file_is_saved_under_a_name_that_says_what_it_is(client):
    found = make_document(title="Notes de séance", content=b"%PDF-1.7 x")
    answer = client.get(found.address)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 x"
    assert answer["Content-Disposition"] == 'attachment; filename="notes-de-seance.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert client.get(f"/media/{found.file.name}").status_code == 404


def test_a_file_is_nobody_elses_and_gone_is_gone(client):
    event = make_event(days=-3)
    inner, lost = make_document(event=event, is_for_members=True), make_document(event=event)
    default_storage.delete(lost.file.name)
    link = make_attachment(event=event)
    addresses = [inner.address, lost.address, reverse("events:document", args=[event.slug, link.pk])]
    addresses.append(reverse("events:document", args=[make_event().slug, inner.pk]))
    assert [client.get(address).status_code for address in addresses] == [404] * 4


def test_files_go_with_what_they_belonged_to(django_capture_on_commit_callbacks):
    kept, given_up = make_document(), make_document()
    before, gone = kept.file.name, given_up.file.name
    kept.file = SimpleUploadedFile("v2.pdf", b"%PDF-2")
    with django_capture_on_commit_callbacks(execute=True):
        attaching.keep(kept)
        attaching.discard(given_up)
    assert [default_storage.exists(name) for name in (before, gone, kept.file.name)] == [False, False, True]


def test_the_picture_of_a_photograph_taken_down_stays_among_the_clubs():
    photo = make_attachment(kind="photo")
    picture = photo.picture
    attaching.discard(photo)
    picture.refresh_from_db()
    assert default_storage.exists(picture.file.name)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "photo", "picture": None},
        {"kind": "video", "url": ""},
        {"kind": "link", "file": "documents/x.pdf"},
        {"kind": "slides", "url": "", "file": ""},
        {"kind": "minutes", "url": "", "file": ""},
        {"kind": "document", "url": "https://a.example/", "file": "documents/x.pdf"},
        {"kind": "link", "title": ""},
    ],
)
def test_a_row_is_what_its_kind_says(fields):
    event = make_event()
    told = {"event": event, "title": "x", "url": "https://a.example/"} | fields
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.create(**told)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"%PDF-1.4", None),
        ("A.PDF", b"%PDF-1.4", None),
        ("a.pptx", b"PK\x03\x04x", None),
        ("a.txt", "Bonjour à vous".encode(), None),
        ("a.pdf", b"<html>", "document_kind"),
        ("a.html", b"<html>", "document_kind"),
        ("a.svg", b"<svg>", "document_kind"),
        ("a", b"x", "document_kind"),
        ("a.txt", b"x\0y", "document_kind"),
        ("a.pdf", b"%PDF-" + b"x" * attaching.MAX_BYTES, "document_size"),
    ],
)
def test_only_documents_are_taken(name, content, code):
    upload = SimpleUploadedFile(name, content)
    if code is None:
        assert attaching.check_document(upload) is None
        return
    with pytest.raises(ValidationError) as refused:
        attaching.check_document(upload)
    assert refused.value.code == code


def test_the_desk_keeps_what_was_typed_and_says_what_is_missing(client):
    client.force_login(cast("olga"))
    event = make_event(days=-2)
    add = reverse("admin:events_attachment_add")
    said = {"event": event.pk, "kind": "video", "title": "Le film", "position": 0}
    refused = client.post(add, said)
    assert "Le film" in refused.text
    assert refused.status_code == 200
    assert refused.context["adminform"].form.errors.as_data()["url"][0].code == "missing"
    for kind, given in (("video", {"url": "https://a.example/", "picture": make_picture().pk}), ("slides", {}), ("photo", {})):
        refused = client.post(add, said | {"kind": kind} | given)
        assert set(refused.context["adminform"].form.errors) == {{"video": "picture", "slides": "file", "photo": "picture"}[kind]}
    answer = client.post(add, said | {"url": "javascript:alert(1)"})
    assert answer.status_code == 200
    pretended = {"file": SimpleUploadedFile("a.pdf", b"<html>")}
    assert client.post(add, said | {"kind": "slides"} | pretended).status_code == 200
    assert not Attachment.objects.exists()
    client.post(add, said | {"url": "https://video.example/1"})
    client.post(add, said | {"kind": "photo", "title": "", "picture": make_picture().pk})
    client.post(add, said | {"kind": "slides", "file": SimpleUploadedFile("a.pdf", b"%PDF-1")})
    assert list(Attachment.objects.order_by("pk").values_list("kind", flat=True)) == ["video", "photo", "slides"]
    assert f'value="{event.pk}" selected' in client.get(f"{add}?_changelist_filters=event__id__exact%3D{event.pk}").text
    assert client.get(f"{add}?_changelist_filters=event__id__exact%3Dx").status_code == 200


def test_a_row_taken_off_at_the_desk_takes_its_file_along(client, django_capture_on_commit_callbacks):
    client.force_login(cast("olga"))
    found = [make_document(), make_document()]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:events_attachment_delete", args=[found[0].pk]), {"post": "yes"})
        chosen = {"action": "delete_selected", "_selected_action": found[1].pk, "post": "yes"}
        client.post(reverse("admin:events_attachment_changelist"), chosen)
    assert [default_storage.exists(each.file.name) for each in found] == [False, False]
    assert not Attachment.objects.exists()
