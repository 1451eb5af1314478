"""Verb of the vocabulary: two words for one thing become one."""

from django.db import transaction
from django.utils import translation
from taggit.models import ItemBase

from members.models import Entry, OldAddress, Topic
from smclub.changed import changed, said_otherwise


@transaction.atomic
def merge(topics: list[Topic], *, by) -> Topic:
    """Keeps the most used of `topics`; whatever the others named is named by it, and their addresses lead to it."""
    kept, *others = sorted(topics, key=lambda topic: (-_uses(topic), topic.pk))
    for topic in others:
        said_otherwise(topic)
        for through in _throughs():
            _index_again(through, topic)
            named = set(through.objects.filter(tag=kept).values_list("content_object", flat=True))
            through.objects.filter(tag=topic).exclude(content_object__in=named).update(tag=kept)
        with translation.override("fr"):  # an old address is kept without the prefix of a language
            path, target = topic.get_absolute_url(), kept.get_absolute_url()
        OldAddress.objects.filter(target=path).update(target=target)
        OldAddress.objects.update_or_create(path=path, defaults={"target": target})
        Entry.objects.write("topic.merge", topic, by=by, note=f"{topic} → {kept}")
        topic.delete()
    changed(kept)
    return kept


def _throughs() -> list[type[ItemBase]]:
    """The tables that name things by topic, in whichever app they are."""
    return [link.related_model for link in Topic._meta.related_objects if issubclass(link.related_model, ItemBase)]


def _index_again(through: type[ItemBase], topic: Topic) -> None:
    """Whatever bears `topic` is soon found by another word."""
    bearers = through._meta.get_field("content_object").related_model._default_manager
    for thing in bearers.filter(pk__in=through.objects.filter(tag=topic).values("content_object")):
        changed(thing)


def _uses(topic: Topic) -> int:
    return sum(through.objects.filter(tag=topic).count() for through in _throughs())
