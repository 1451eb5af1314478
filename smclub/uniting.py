"""Two pages of one person become one: when their accounts are merged, and for who speaks or writes without an account.

What is done to which table stands in smclub/personal.py, as for accounts.
"""

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from events.models import Talk
from members import picturing
from members.models import Entry, Erasure, GroupMembership, Mandate, Member, OldAddress, Person
from members.models.shown import narrower
from posts.models import Credit
from smclub.changed import changed, gone
from smclub.personal import RULES, Merged, Rule

# Fields of a page that is kept which are filled together where it leaves the first of them empty, and what says who reads them.
FILLED = (
    (("headline", "headline_en"), "headline_for"),
    (("bio", "bio_lang"), "bio_for"),
    *(((name,), f"{name}_for") for name in ("city", "organisation", "portrait")),
    *(((name,), "links_for") for name in ("website", "linkedin", "mastodon", "bluesky", "instagram", "x")),
)
# What two rows of one person have in common that say the same thing twice, where no constraint says so.
TWINS = {Credit: ("post", "role"), Mandate: ("title", "starts_on", "ends_on", "staff_role")}
STRICT = (Talk.Consent.NO, Talk.Consent.VOICE, Talk.Consent.YES)


class Refused(Exception):
    """Pages that are not to be merged; its text may be read by whoever asked."""


# -- at the desk -----------------------------------------------------------------
@transaction.atomic
def merge(person: Person, *, into: Person, by: Member) -> None:
    """The page of `person` is `into`'s, which stays. Raises Refused."""
    rows = Person.objects.select_for_update().in_bulk([person.pk, into.pk])
    if len(rows) != 2:
        raise Refused(_("Choose two pages."))
    person, into = rows[person.pk], rows[into.pk]
    if refusal := why_not(person, into, by=by):
        raise Refused(refusal)
    note = f"{person.pk} → {into.pk}"
    unite(person, into=into)
    Entry.objects.write("person.merge", into, by=by, note=note)


def why_not(person: Person, into: Person, *, by: Member) -> str | None:
    """What speaks against it; None when nothing does."""
    if person.member_id and into.member_id:
        return _("Each of them has an account: an owner merges the accounts, and their pages with them.")
    if person.member_id:
        return _("%(name)s has an account: their own page stays.") % {"name": person}
    if into.member_id and not by.has_perm("members.view_member"):
        return _("%(name)s has an account: ask somebody who looks after accounts.") % {"name": into}
    if into.member_id and Erasure.objects.asked().filter(member=into.member_id).exists():
        return _("One of these accounts is to be erased.")
    if person.mandates.exclude(staff_role="").exists() and not by.is_superuser:
        return _("A role at the desk ends with a mandate of %(name)s: an owner merges them.") % {"name": person}
    return None


def preview(person: Person) -> dict[str, int]:
    """How many rows of what kind would become another page's."""
    counted = {str(rule.model._meta.verbose_name_plural): _theirs(rule, person).count() for rule in _of_people()}
    return {name: number for name, number in counted.items() if number}


# -- the deed itself ---------------------------------------------------------------
def unite(person: Person, *, into: Person) -> None:
    """Inside a transaction: talks, articles and mandates of both, once; empty fields are filled from the page that goes.

    Nobody reads more than before: what is brought is for the fewer of the two, and so is a page that no account keeps.
    """
    posts = [credit.post for credit in person.credits.select_related("post")]
    events = [talk.event for talk in person.talks.select_related("event")]
    _let_fewer_read(person, into)
    _drop_twins(person, into)
    for rule in _of_people():
        move(rule, person, into)
    _agree_on_pictures(into, events)
    for names, readers in FILLED:
        if not getattr(into, names[0]) and getattr(person, names[0]):
            for name in names:
                setattr(into, name, getattr(person, name))
            _narrow(into, readers, person)
    into.save()
    _lead_to(person, into)
    portrait = person.portrait
    gone(person)
    person.delete()
    if portrait and not picturing.is_shown_somewhere(portrait):
        picturing.discard(portrait)
    for thing in (into, *posts, *events):
        changed(thing)


def move(rule: Rule, before: Model, after: Model) -> None:
    """The rows that point at `before` point at `after`; one that it has already goes."""
    name, rows = rule.field.name, _theirs(rule, before)
    if rule.merged == Merged.MOVED:
        rows.update(**{name: after})
        return
    for row in rows:
        try:
            with transaction.atomic():
                rule.model._base_manager.filter(pk=row.pk).update(**{name: after})
        except IntegrityError:
            row.delete()


def _of_people() -> list[Rule]:
    return [rule for rule in RULES if rule.field.related_model is Person]


def _theirs(rule: Rule, whose: Model) -> QuerySet:
    return rule.model._base_manager.filter(**{rule.field.name: whose})


def _let_fewer_read(person: Person, into: Person) -> None:
    """The lists that grow by what is moved; and the page, unless who keeps it by an account has said so."""
    is_in_group = person.member_id is not None and GroupMembership.objects.filter(member=person.member_id).exists()
    brought = {"topics": person.topics.exists(), "languages": person.languages.exists(), "groups": is_in_group}
    brought["meetings"] = person.member_id is not None
    for name, is_brought in brought.items():
        if is_brought:
            _narrow(into, f"{name}_for", person)
    if into.member_id is None:
        into.visibility = narrower(into.visibility, person.visibility)


def _narrow(into: Person, readers: str, person: Person) -> None:
    setattr(into, readers, narrower(getattr(into, readers), getattr(person, readers), person.visibility))


def _drop_twins(person: Person, into: Person) -> None:
    """What both have goes once; of a talk, what was said of it on either page stays."""
    for model, names in TWINS.items():
        known = set(model._base_manager.filter(person=into).values_list(*names))
        for row in model._base_manager.filter(person=person):
            if tuple(getattr(row, model._meta.get_field(name).attname) for name in names) in known:
                row.delete()
    for talk in person.talks.all():
        for twin in into.talks.filter(event=talk.event_id, role=talk.role, title=talk.title):
            for name in ("slides_url", "as_headline", "email", "told_at"):
                setattr(twin, name, getattr(twin, name) or getattr(talk, name))
            twin.image_consent = _strictest(twin.image_consent, talk.image_consent)
            twin.save()


def _agree_on_pictures(into: Person, events: list) -> None:
    """Of what one person said of pictures at one meeting, the strictest holds for all their talks there."""
    for event in events:
        talks = into.talks.filter(event=event)
        talks.update(image_consent=_strictest(*talks.values_list("image_consent", flat=True)))


def _strictest(*said: str) -> str:
    return next((consent for consent in STRICT if consent in said), "")


def _lead_to(person: Person, into: Person) -> None:
    """The old address leads to the page that stays, where somebody reads both: else it would tell of one that is hidden."""
    if Person.Visibility.PRIVATE not in (person.visibility, into.visibility):
        OldAddress.objects.leave(f"/personnes/{person.slug}/", target=f"/personnes/{into.slug}/")
