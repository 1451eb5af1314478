"""One keyword-only maker per model: saves and returns; everything not named has a plain value."""

import io
import itertools
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from events.models import (
    Answer,
    Attachment,
    Cycle,
    Event,
    EventPartner,
    Feedback,
    Invitation,
    Mailing,
    Proxy,
    Question,
    Registration,
    Talk,
    ToDo,
    Venue,
)
from members.models import (
    Application,
    Dues,
    Group,
    GroupMembership,
    GroupNotice,
    GroupRequest,
    Invoice,
    InvoiceSeries,
    JoinLink,
    Mandate,
    Member,
    Organisation,
    Person,
    Picture,
    Plan,
    Topic,
)
from members.models.shown import FIELDS
from partners.models import Partner, Period
from posts.models import Category, Comment, Credit, Discussion, Page, Post, Series
from smclub.words import slug as slug_of

_count = itertools.count(1)


def _unique(text: str) -> str:
    return f"{slug_of(text) or 'x'}-{next(_count)}"


def make_member(*, name="Camille Membre", email="", standing=Member.Standing.MEMBER, **fields) -> Member:
    from allauth.account.models import EmailAddress

    email = email or f"m{next(_count)}@example.org"
    fields.setdefault("is_active", standing != Member.Standing.BLOCKED)
    member = Member.objects.create_user(email, "a long enough password", name=name, standing=standing, **fields)
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    return member


def make_organisation(*, name="Atelier Numérique", slug="", **fields) -> Organisation:
    return Organisation.objects.create(name=f"{name} {next(_count)}", slug=slug or _unique(name), **fields)


def make_person(*, name="Paule Publique", slug="", visibility=Person.Visibility.PUBLIC, **fields) -> Person:
    """Each field is for whoever reads the page, but the meetings joined."""
    fields = {f"{field}_for": Person.Visibility.PUBLIC for field in FIELDS if field != "meetings"} | fields
    return Person.objects.create(name=name, slug=slug or _unique(name), visibility=visibility, **fields)


def make_group(*, name="SMC Rennes", slug="", kind=Group.Kind.LOCAL, coordinators=(), members=(), **fields) -> Group:
    group = Group.objects.create(name=f"{name} {next(_count)}", slug=slug or _unique(name), kind=kind, **fields)
    for member in coordinators:
        GroupMembership.objects.create(group=group, member=member, role=GroupMembership.Role.COORDINATOR)
    for member in members:
        GroupMembership.objects.create(group=group, member=member)
    return group


def make_group_request(*, group=None, member=None, **fields) -> GroupRequest:
    return GroupRequest.objects.create(group=group or make_group(joining="request"), member=member or make_member(), **fields)


def make_group_notice(*, group=None, title="Prochaine séance", body="Apportez un **texte** en cours.", **fields) -> GroupNotice:
    return GroupNotice.objects.create(group=group or make_group(), title=title, body=body, **fields)


def make_topic(*, name="médias", **fields) -> Topic:
    return Topic.objects.create(name=f"{name} {next(_count)}", **fields)


def make_picture(*, alt="Une salle pleine", **fields) -> Picture:
    """A real image of 16 by 9 pixels."""
    file = io.BytesIO()
    Image.new("RGB", (16, 9), "green").save(file, "JPEG")
    return Picture.objects.create(file=ContentFile(file.getvalue(), name="x.jpg"), alt=alt, **fields)


def make_mandate(*, person=None, title="Présidente", **fields) -> Mandate:
    fields.setdefault("starts_on", timezone.localdate() - timedelta(days=30))
    return Mandate.objects.create(person=person or make_person(), title=title, **fields)


def make_application(*, member=None, **fields) -> Application:
    fields.setdefault("occupation", "Community manager, ville de Rennes")
    fields.setdefault("motivation", "Rencontrer des pairs.")
    return Application.objects.create(member=member or make_member(standing=Member.Standing.FRIEND), **fields)


def make_join_link(*, token="laissez-passer", label="Les nouveaux de novembre", **fields) -> JoinLink:  # noqa: S107  # of a link made for a test
    return JoinLink.objects.create(token_hash=JoinLink.hash_of(token), label=label, **fields)


def make_plan(*, name="Individuelle", amount=60, **fields) -> Plan:
    return Plan.objects.create(name=f"{name} {next(_count)}", amount=amount, **fields)


def make_dues(*, member=None, organisation=None, plan=None, ends_in: int | None = 100, days=365, **fields) -> Dues:
    """Paid dues as they stand, past every rule, which end `ends_in` days from now (None: for life); `paid_on=None` asks."""
    today = timezone.localdate()
    fields.setdefault("ends_on", None if ends_in is None else today + timedelta(days=ends_in))
    fields.setdefault("starts_on", (fields["ends_on"] or today) - timedelta(days=days))
    fields.setdefault("paid_on", min(fields["starts_on"], today))
    plan = plan or make_plan(**({"kind": Plan.Kind.COMPANY, "seats": 3, "amount": 300} if organisation else {}))
    fields = {"amount": plan.amount, "seats": plan.seats, "method": "transfer"} | fields
    return Dues.objects.create(
        plan=plan, member=None if organisation else member or make_member(), organisation=organisation, **fields
    )


def make_invoice(*, dues=None, **fields) -> Invoice:
    """A paper as it stands; numbers are given by members.invoicing."""
    dues = dues or make_dues(organisation=make_organisation())
    series = InvoiceSeries.objects.lock(timezone.localdate().year)
    fields = {"payer_name": dues.organisation.name, "payer_address": "1 rue du Port", "amount": dues.amount} | fields
    fields = {"club_name": "Le club", "club_address": "Rennes", "line": "Cotisation", "vat_mention": "Sans TVA"} | fields
    fields = {"issued_on": timezone.localdate(), "number": str(series), "club_registration": "W351000000"} | fields
    return Invoice.objects.create(dues=dues, series=series, rank=series.last, **fields)


def make_partner(
    *, organisation=None, kind=Partner.Kind.MEDIA, starts_on=None, ends_on=None, is_paid=False, slug="", **fields
) -> Partner:
    organisation = organisation or make_organisation()
    partner = Partner.objects.create(organisation=organisation, kind=kind, slug=slug or _unique(organisation.slug), **fields)
    starts_on = starts_on or timezone.localdate() - timedelta(days=400)
    Period.objects.create(partner=partner, starts_on=starts_on, ends_on=ends_on, is_paid=is_paid)
    return partner


def make_venue(*, name="La Fabrique", slug="", city="Rennes", **fields) -> Venue:
    return Venue.objects.create(name=name, slug=slug or _unique(name), city=city, **fields)


def make_cycle(*, title="Tous plateformisés", slug="", **fields) -> Cycle:
    return Cycle.objects.create(title=title, slug=slug or _unique(title), **fields)


def make_event(*, title="Rencontre de juin", slug="", days=10, hours=2, **fields) -> Event:
    """An open event, published yesterday, `days` from now, lasting `hours`; `days=None` gives no date."""
    if days is None:
        fields.setdefault("precision", Event.Precision.NONE)
    else:
        fields.setdefault("starts_at", timezone.now() + timedelta(days=days))
        fields.setdefault("ends_at", fields["starts_at"] + timedelta(hours=hours))
    fields.setdefault("published_at", timezone.now() - timedelta(days=1))
    if fields.get("is_confidential"):
        fields.setdefault("public_title", "Réunion privée")
        fields.setdefault("audience", Event.Audience.MEMBERS)
    return Event.objects.create(title=title, slug=slug or _unique(title), **fields)


def make_talk(*, event=None, person=None, **fields) -> Talk:
    return Talk.objects.create(event=event or make_event(), person=person or make_person(), **fields)


def make_event_partner(*, event=None, organisation=None, role=EventPartner.Role.HOST) -> EventPartner:
    return EventPartner.objects.create(event=event or make_event(), organisation=organisation or make_organisation(), role=role)


def make_todo(*, event=None, title="Trouver le lieu", due_in: int | None = 5, **fields) -> ToDo:
    """Due `due_in` days from now."""
    if due_in is not None:
        fields.setdefault("due_on", timezone.localdate() + timedelta(days=due_in))
    return ToDo.objects.create(event=event or make_event(), title=title, **fields)


def make_attachment(*, event=None, kind="link", title="Ce qu’en dit la presse", is_for_members=False, **fields) -> Attachment:
    """A link, if nothing else is said; of a meeting that is over."""
    if kind == "photo":
        fields.setdefault("picture", make_picture(credit="Jeanne Tirage"))
    elif "file" not in fields:
        fields.setdefault("url", "https://www.journal.example/article")
    event = event or make_event(days=-5)
    return Attachment.objects.create(event=event, kind=kind, title=title, is_for_members=is_for_members, **fields)


def make_document(*, name="notes.pdf", content=b"%PDF-1.7 notes", **fields) -> Attachment:
    return make_attachment(kind=fields.pop("kind", "document"), file=ContentFile(content, name=name), **fields)


def make_feedback(*, event=None, member=None, score=4, **fields) -> Feedback:
    return Feedback.objects.create(event=event or make_event(days=-2), member=member or make_member(), score=score, **fields)


def make_invitation(*, event=None, email="", member=None) -> Invitation:
    return Invitation.objects.create(event=event or make_event(audience="invitation"), email=email or member.email, member=member)


def make_mailing(*, event=None, to=("going",), subject="La salle change", body="C'est **au premier**.", **fields) -> Mailing:
    """A row as it stands; the letters are written by events.writing."""
    fields = {"letters": 1, "nonce": f"n{next(_count)}"} | fields
    return Mailing.objects.create(event=event or make_event(), to=list(to), subject=subject, body=body, **fields)


def make_registration(*, event=None, member=None, state=Registration.State.GOING, guests=0, **fields) -> Registration:
    """A row as it stands, past every rule: for what reads registrations; the verbs are in events.registering."""
    event = event or make_event()
    last = event.registrations.order_by("-queue_no").values_list("queue_no", flat=True).first() or 0
    return Registration.objects.create(
        event=event, member=member or make_member(), state=state, guests=guests, queue_no=last + 1, **fields
    )


def make_question(*, event=None, text="Mangez-vous de tout ?", **fields) -> Question:
    return Question.objects.create(event=event or make_event(), text=text, **fields)


def make_answer(*, registration=None, question=None, text="Oui, de tout.") -> Answer:
    registration = registration or make_registration()
    question = question or make_question(event=registration.event)
    return Answer.objects.create(registration=registration, question=question, text=text)


def make_proxy(*, event=None, giver=None, holder=None, **fields) -> Proxy:
    """As it stands, past every rule; the verbs are in events.assembly.proxies."""
    event = event or make_event(kind=Event.Kind.ASSEMBLY)
    return Proxy.objects.create(event=event, giver=giver or make_member(), holder=holder or make_member(), **fields)


def make_category(*, name="Médias", slug="", **fields) -> Category:
    return Category.objects.create(name=f"{name} {next(_count)}", slug=slug or _unique(name), **fields)


def make_series(*, title="Internet peut-il révolutionner…", slug="", **fields) -> Series:
    return Series.objects.create(title=title, slug=slug or _unique(title), **fields)


def make_post(
    *, title="Les médias de quartier", slug="", days=-1, author=None, topics=(), categories=(), mentions=(), **fields
) -> Post:
    """A public post published `days` from now (negative: in the past); `days=None` gives a draft."""
    if days is not None:
        fields.setdefault("published_at", timezone.now() + timedelta(days=days))
        fields.setdefault("address_on", timezone.localdate(fields["published_at"]))
    fields.setdefault("body", "Un **texte** de quelques mots.")
    fields.setdefault("excerpt", "Quelques mots d'introduction.")
    post = Post.objects.create(title=title, slug=slug or _unique(title), **fields)
    if author:
        Credit.objects.create(post=post, person=author)
    post.topics.add(*topics)
    post.categories.add(*categories)
    post.mentions.add(*mentions)
    return post


def make_discussion(*, event=None, post=None) -> Discussion:
    discussion = Discussion.objects.create(event=event)
    if post:
        post.discussion = discussion
        post.save(update_fields=["discussion"])
    return discussion


def make_comment(
    *, discussion=None, member=None, parent=None, body="Merci pour ce billet.", state=Comment.State.VISIBLE, **fields
) -> Comment:
    """A row as it stands; the verbs are in posts.moderating."""
    comment = Comment.objects.create(
        discussion=discussion or make_discussion(),
        member=member or make_member(),
        parent=parent,
        body=body,
        state=state,
        path="",
        **fields,
    )
    comment.place_under(parent)
    comment.save(update_fields=["path", "depth"])
    return comment


def make_page(*, slug="le-club", lang="fr", title="Le club", **fields) -> Page:
    return Page.objects.create(slug=slug, lang=lang, title=title, **fields)
