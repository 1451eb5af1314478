"""Verbs of how somebody is seen: their name, their profile."""

import itertools
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from members import picturing
from members.conduct import accept
from members.models import Entry, Member, Organisation, Person, PersonLanguage, Picture
from members.models.topic import topics_from_string
from smclub.changed import changed
from smclub.words import slug as slug_of


@transaction.atomic
def introduce(member: Member, *, name: str, **settings) -> None:
    """Sets the name others see, on the profile too, and whatever else of the account is in `settings`."""
    member.name = name
    for field, value in settings.items():
        setattr(member, field, value)
    member.save(update_fields=["name", "name_shape", *settings])
    if person := Person.objects.filter(member=member).first():
        person.name = name
        person.save(update_fields=["name", "name_shape"])
        changed(person)


def keep_name(member: Member, name: str, *, conduct: str = "") -> None:
    """What others see is asked once, on the way to a first deed; nothing happens to a name said before.

    `conduct` is the version of the code of conduct that was accepted beside it, if it was asked for.
    """
    if name and not member.is_known_by_name:
        introduce(member, name=name)
    if conduct and conduct != member.conduct_version:
        accept(member, conduct)


@transaction.atomic
def present(
    member: Member,
    *,
    name: str,
    topics: str,
    spoken: Iterable[str] = (),
    organisation_name: str | None = None,
    portrait=None,
    without_portrait: bool = False,
    **fields,
) -> Person:
    """Saves the profile; the page of the person is made the first time. `portrait` is a file of smclub.images, or None."""
    introduce(member, name=name)
    person = Person.objects.filter(member=member).first() or _first_page(member)
    if organisation_name is not None:
        person.organisation = _organisation(organisation_name) if organisation_name else None
    for field, value in fields.items():
        setattr(person, field, value)
    person.save()
    if portrait or without_portrait:
        _portray(person, portrait)
    person.topics.set(topics_from_string(topics))
    person.languages.exclude(code__in=spoken).delete()
    PersonLanguage.objects.bulk_create([PersonLanguage(person=person, code=code) for code in spoken], ignore_conflicts=True)
    changed(person)
    return person


@transaction.atomic
def describe(person: Person, *, is_public: bool, portrait=None, **fields) -> None:
    """What somebody without an account tells of themselves; a page that everybody reads is theirs to open and to close.

    `portrait` is a file of smclub.images.
    """
    for field, value in fields.items():
        setattr(person, field, value)
    _open(person, is_public=is_public)
    person.save()
    if portrait:
        _portray(person, portrait)
    changed(person)


def _open(person: Person, *, is_public: bool) -> None:
    """The log says when they asked for it: nobody else opened it."""
    if is_public:
        for readers in ("headline_for", "bio_for", "links_for", "portrait_for"):
            setattr(person, readers, Person.Visibility.PUBLIC)
    if is_public != (person.visibility == Person.Visibility.PUBLIC):
        person.visibility = Person.Visibility.PUBLIC if is_public else Person.Visibility.PRIVATE
        Entry.objects.write("person.open" if is_public else "person.close", person)


def _organisation(name: str) -> Organisation:
    """The one of that name, however it is typed; or a new one."""
    if known := Organisation.objects.called(name):
        return known
    made = Organisation.objects.create(name=name, slug=_free(Organisation, name, otherwise="organisation"))
    changed(made)
    return made


def _first_page(member: Member) -> Person:
    """Two people of one name who come at the same moment want the same slug: who is second takes the next."""
    for _attempt in range(3):
        try:
            with transaction.atomic():
                return Person.objects.create(member=member, name=member.name, slug=free_slug(member.name))
        except IntegrityError:
            continue
    raise IntegrityError(f"no free slug for the page of member {member.pk}")


def _portray(person: Person, portrait) -> None:
    """Puts the portrait in the place of the one before, which goes."""
    before = person.portrait
    person.portrait = (
        picturing.keep(Picture(file=portrait, alt=_("Portrait of %(name)s") % {"name": person.name})) if portrait else None
    )
    person.save(update_fields=["portrait"])
    if before:
        picturing.discard(before)


def free_slug(name: str) -> str:
    """A slug that no person has yet."""
    return _free(Person, name, otherwise="personne")


def _free(model: type[Model], name: str, *, otherwise: str) -> str:
    base = slug_of(name)[:70] or otherwise
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in itertools.chain([base], (f"{base}-{n}" for n in itertools.count(2))) if slug not in taken)
