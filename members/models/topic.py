import re
import unicodedata
from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase, TagBase

from smclub.languages import Text, localised
from smclub.searchable import Analysed, Searchable
from smclub.words import fold, slug, words

LONGEST = 60  # letters of a new topic


class TopicQuerySet(models.QuerySet):
    def visible_to(self, visitor):
        """The vocabulary is public."""
        return self.all()

    def get_by_natural_key(self, name: str):
        """The other half of the library's `natural_key()`: rows carried to another database name their topics so."""
        return self.get(name=name)

    def called(self, names):
        """Those of `names` that are topics, as they are spelled."""
        return self.filter(name__in=names).values_list("name", flat=True)

    def borne_by(self, *things):
        """Those that a row of one of these querysets bears (posts, events, people)."""
        return self.filter(reduce(or_, (Exists(rows.filter(topic_items__tag=OuterRef("pk"))) for rows in things)))

    def of_interest_to(self, people):
        """The interests of `people`, by name."""
        return self.filter(
            Exists(PersonTopic.objects.filter(tag=OuterRef("pk"), content_object__in=people.values("pk")))
        ).order_by("name")


class Topic(Searchable, TagBase):
    """The one tag vocabulary: subjects of posts and events, interests of people."""

    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    description = models.TextField(_("description"), blank=True)
    description_en = models.TextField(_("English description"), blank=True)

    objects = TopicQuerySet.as_manager()
    search_fields = [
        Analysed("name", title=True),
        Analysed("name_en"),
        Analysed("description"),
        Analysed("description_en"),
    ]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def slugify(self, tag, i=None):
        base = slug(tag) or "theme"
        return base if i is None else f"{base}-{i}"

    def get_absolute_url(self) -> str:
        return reverse("posts:topic", args=[self.slug])

    @property
    def label(self) -> Text:
        return localised(self, "name")

    @property
    def about(self) -> Text:
        return localised(self, "description")


class PersonTopic(ItemBase):
    tag = models.ForeignKey(Topic, models.CASCADE, related_name="person_items", verbose_name=_("topic"))
    content_object = models.ForeignKey("members.Person", models.CASCADE, related_name="topic_items")

    class Meta:
        verbose_name = _("interest")
        verbose_name_plural = _("interests")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="person_topic_once")]


class GroupTopic(ItemBase):
    tag = models.ForeignKey(Topic, models.CASCADE, related_name="group_items", verbose_name=_("topic"))
    content_object = models.ForeignKey("members.Group", models.CASCADE, related_name="topic_items")

    class Meta:
        verbose_name = _("topic of a group")
        verbose_name_plural = _("topics of groups")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="group_topic_once")]


def topics_from_string(text: str) -> list[str]:
    """Labels typed in one line between commas, normalised, each matched to a topic that folds to the same letters.

    SQLite compares case for ASCII only, so the match is made here and not in the database. Raises ValidationError for a new label
    that is too long, or without a letter.
    """
    typed = [" ".join(unicodedata.normalize("NFC", label).split()) for label in _labels(text)]
    known = {fold(name): name for name in Topic.objects.values_list("name", flat=True)} if typed else {}
    labels: dict[str, str] = {}
    for label in filter(None, typed):
        if fold(label) not in known:
            _refuse_odd(label)
        labels.setdefault(fold(label), known.get(fold(label), label))
    return list(labels.values())


def _refuse_odd(label: str) -> None:
    if not words(label):
        raise ValidationError(
            _("“%(label)s” is no topic: write it in words."), code="wordless", params={"label": label[:LONGEST]}
        )
    if len(label) > LONGEST:
        text = _("“%(label)s…” is too long for a topic: %(most)s letters at most.")
        raise ValidationError(text, code="max_length", params={"label": label[:20], "most": LONGEST})


def topics_to_string(topics) -> str:
    """One line that `topics_from_string` reads as the same topics."""
    names = sorted(topic.name for topic in topics)
    return ", ".join(f'"{name}"' if "," in name else name for name in names)


def _labels(text: str) -> list[str]:
    """What stands between the commas; a comma between quotes belongs to its label."""
    return [label.strip().strip('"') for label in re.findall(r'\s*"[^"]*"|[^,]+', text)]
