"""Who reads what of a person: the one place that says it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.member import is_accepted
from smclub.languages import Text, localised


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Everybody")
    MEMBERS = "members", _("Members of the club")
    PRIVATE = "private", _("Nobody")


# What somebody reads who reads as everybody does, as members do, or as whom it is about.
READ_AS = {
    Visibility.PUBLIC: (Visibility.PUBLIC,),
    Visibility.MEMBERS: (Visibility.PUBLIC, Visibility.MEMBERS),
    Visibility.PRIVATE: tuple(Visibility),
}
FIELDS = ("headline", "organisation", "city", "bio", "portrait", "topics", "languages", "links", "groups", "meetings")


def narrower(*readers: str) -> str:
    """The fewest of these."""
    return max(readers, key=list(Visibility).index)


def reading_as(visitor) -> Visibility:
    return Visibility.MEMBERS if is_accepted(visitor) else Visibility.PUBLIC


class ReadersField(models.CharField):
    """Who reads another field of the row, whose page they may read: nobody, unless its owner says so."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 8, "choices": Visibility, "default": Visibility.PRIVATE, **kwargs})


class Shown:
    """What somebody who reads as `reader` may read of `person`; all else is empty, as if nothing had been written.

    Pages, cards, the index of words and what machines read ask this, and never the fields themselves.
    """

    def __init__(self, person: Any, reader: str):
        self._person, self._read = person, READ_AS[Visibility(reader)]

    def has(self, field: str) -> bool:
        """Whether they may read that field, be it empty or not."""
        return self._person.visibility in self._read and getattr(self._person, f"{field}_for") in self._read

    @property
    def headline(self) -> Text:
        return localised(self._person, "headline") if self.has("headline") else Text("", "fr")

    @property
    def organisation(self):
        return self._person.organisation if self.has("organisation") else None

    @property
    def city(self) -> str:
        return self._person.city if self.has("city") else ""

    @property
    def bio(self) -> Text:
        """Rendered HTML, in a language that is not always said."""
        return Text(self._person.bio_html, self._person.bio_lang) if self.has("bio") else Text("", "")

    @property
    def portrait(self):
        return self._person.portrait if self.has("portrait") else None

    @property
    def topics(self) -> list:
        return list(self._person.topics.all()) if self.has("topics") else []

    @property
    def languages(self) -> list:
        spoken = self._person.languages.all() if self.has("languages") else []
        return sorted(spoken, key=lambda language: language.get_code_display())

    @property
    def links(self) -> list[tuple[str, str]]:
        """(label, address) of the person's own pages elsewhere."""
        return self._person.outside_links if self.has("links") else []

    def handle(self, network: str) -> str:
        """On `network`, as it is written there."""
        return getattr(self._person, network, "") if self.has("links") else ""

    @property
    def memberships(self) -> list:
        """Of rows `with_groups()`: in the groups that meet; who coordinates one is known as that."""
        memberships = self._person.member.group_memberships.all() if self._person.member else []
        return [membership for membership in memberships if self.has("groups") or membership.is_coordination]

    @property
    def words(self) -> str:
        """All of it but the name, as text: what the index of words holds."""
        person = self._person
        told = [(person.headline, person.headline_en) if self.has("headline") else (), (self.city, self.bio.value)]
        topics = [(topic.name, topic.name_en) for topic in self.topics]
        return " ".join(text for texts in (*told, *topics) for text in texts)
