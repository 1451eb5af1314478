"""Names that people may choose: one's own, in one script, and nobody else's by a trick of letters."""

import re
import unicodedata
from collections.abc import Collection
from functools import cache

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Club, Group, Member, Person
from members.models.shape import shape
from smclub.words import slug, words

_RESERVED = """
    admin admins administrateur administratrice administration administrator moderateur moderatrice moderation moderator
    webmaster postmaster root staff support systeme system securite security
"""
RESERVED = frozenset(re.findall(r"\w+", _RESERVED))  # words by which a site speaks of itself, folded
PHRASES = ("membre supprime", "deleted member", "equipe du club", "the club team")
EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"}  # written together in one word


def check(name: str, *, member: Member | None) -> None:
    """Raises ValidationError when `member` may not be called `name`; a name that is theirs already is never asked about."""
    if member and name == member.name:
        return
    is_staff = bool(member and member.is_staff)
    check_by_itself(name, club=Club.current(), is_staff=is_staff)
    if not is_staff and plain(name) in map(plain, Group.objects.values_list("name", flat=True)):
        raise reserved()
    if taken_for_others([name], than=member):
        raise alike()


def check_by_itself(name: str, *, club: Club, is_staff: bool = False) -> None:
    """The part of it that asks nothing of the names that others bear."""
    if any(unicodedata.category(letter)[0] == "C" for letter in name) or not any(letter.isalpha() for letter in name):
        raise ValidationError(_("A name is made of letters that can be read."), code="unreadable")
    if any(_mixes_scripts(word) for word in re.findall(r"\w+", name)):
        raise ValidationError(_("Each word of a name is written in one alphabet."), code="mixed")
    if not is_staff and _is_reserved(name, club):
        raise reserved()


def reserved() -> ValidationError:
    return ValidationError(_("The club itself could speak by that name: choose your own."), code="reserved")


def alike() -> ValidationError:
    return ValidationError(_("This name could be taken for that of somebody else here: write it another way."), code="alike")


def taken_for_others(names: Collection[str], *, than: Member | None = None) -> set[str]:
    """Those of `names` that only look like one borne here. Two people may bear one name; nobody bears what looks like it."""
    others = Member.objects.exclude(pk=than.pk) if than else Member.objects.all()
    looks = {shape(name) for name in names}
    borne: dict[str, set[str]] = {}
    for rows in (others, Person.objects.filter(member=None)):
        for look, name in rows.filter(name_shape__in=looks).values_list("name_shape", "name"):
            borne.setdefault(look, set()).add(plain(name))
    return {name for name in names if borne.get(shape(name), set()) - {plain(name)}}


def _mixes_scripts(word: str) -> bool:
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha()}
    return len(scripts) > 1 and not scripts <= EAST_ASIAN


def _is_reserved(name: str, club: Club) -> bool:
    said, seen = " ".join(words(name)), {_loose(word) for word in re.findall(r"\w+", name)}
    phrases = (*PHRASES, " ".join(words(club.name)), " ".join(words(club.short_name)))
    return bool(seen & _reserved()) or any(f" {phrase} " in f" {said} " for phrase in phrases)


@cache
def _reserved() -> frozenset[str]:
    return frozenset(map(_loose, RESERVED))


def _loose(word: str) -> str:
    return shape(word).lower().replace("i", "l")


def plain(name: str) -> str:
    """The letters of a name, without accents, case or marks."""
    return slug(name).replace("-", "")


class NameField(forms.CharField):
    """The name that others see, in a field called `name`."""

    member: Member | None = None

    def __init__(self, **kwargs):
        super().__init__(**{"label": gettext_lazy("Your name"), "max_length": 120, **kwargs})
        self.widget.attrs["autocomplete"] = "name"

    @staticmethod
    def of(form: forms.BaseForm, member: Member) -> None:
        """Says whose name `form` asks for."""
        form.fields["name"].member = member  # type: ignore[attr-defined]

    def clean(self, value):
        name = " ".join(super().clean(value).split())
        if name:
            check(name, member=self.member)
        return name
