"""Full-text search over one model, the same on every database because the words are ours (see words.py)."""

import html
import re
from functools import partial, reduce
from operator import and_

from django.contrib.contenttypes.models import ContentType
from django.db import connections, models
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast
from django.utils.html import strip_tags
from modelsearch import index
from modelsearch.backends import get_search_backend
from modelsearch.models import IndexEntry
from modelsearch.query import Phrase, PlainText, SearchQuery

from smclub.words import STOP_WORDS, analyse, words

MAX_QUERY = 200
MIN_QUERY = 2
MARK = "zz0"  # begins the words that members alone look for


def plain(rendered: str) -> str:
    """The text of rendered HTML on one line."""
    return " ".join(html.unescape(strip_tags(rendered)).split())


class Analysed(index.SearchField):
    """A text indexed by its French stems: a field, property or method of the row."""

    def __init__(self, source: str, *, title: bool = False):
        super().__init__("title" if title else source, boost=10.0 if title else 1.0)
        self.source = source

    def get_value(self, obj) -> str:
        value = getattr(obj, self.source)
        return analyse(plain(str(value() if callable(value) else value)))


class ForMembers(Analysed):
    """A text that members alone find, beside what everybody finds: its stems bear a mark that nobody can type."""

    def get_value(self, obj) -> str:
        return _marked(super().get_value(obj))


def _marked(stems: str) -> str:
    """One word each to every database, whatever letters they are made of."""
    plain_or_code = (stem if stem.isascii() and stem.isalnum() else stem.encode().hex() for stem in stems.split())
    return " ".join(MARK + stem for stem in plain_or_code)


def found_by(name: str) -> models.Index:
    """The index, called `name`, that leads from an entry of the search index to its row of a model that may have many."""
    return models.Index(Cast("id", models.CharField(max_length=50)), name=name)


class Searchable(index.Indexed):
    """A model whose rows can be found; `changed(row)` indexes one again."""

    search_auto_update = False
    search_reads: tuple[str, ...] = ()  # relations that the texts of a row are read from

    @classmethod
    def get_indexed_objects(cls):
        """Every row with what its texts are read from: indexing all of them again asks a few queries per thousand."""
        return super().get_indexed_objects().prefetch_related(*cls.search_reads)

    @classmethod
    def _has_field(cls, name: str) -> bool:
        return name == "title" or super()._has_field(name)

    def topic_words(self) -> str:
        """Both names of the row's topics."""
        return " ".join(f"{topic.name} {topic.name_en}" for topic in self.topics.all())


def parsed(query: str, *, as_member: bool = False) -> SearchQuery | None:
    """What was typed as a query: words that must all be there, quoted phrases as they stand; None when nothing is left.

    `as_member` asks for what members alone find as well, in models that have such a field.
    """
    query = query[:MAX_QUERY]
    phrases = re.findall(r'["«“]([^"«»“”]+)["»”]', query)
    loose = re.sub(r'["«“][^"«»“”]+["»”]', " ", query)
    terms = [word for word in words(loose) if word not in STOP_WORDS] or words(loose)
    typed = [(Phrase, stems) for stems in map(_typed, phrases) if stems]
    if stems := _typed(" ".join(terms)):
        typed.append((partial(PlainText, operator="and"), stems))
    if not typed or len("".join(words(query))) < MIN_QUERY:
        return None
    asked = reduce(and_, (kind(stems) for kind, stems in typed))
    return asked | reduce(and_, (kind(_marked(stems)) for kind, stems in typed)) if as_member else asked


def _typed(text: str) -> str:
    return " ".join(stem for stem in analyse(text).split() if not stem.startswith(MARK))


def matching(queryset, query: SearchQuery):
    """Rows of `queryset` that match, best first; restrict the result afterwards (`.visible_to(…)`), never before."""
    return get_search_backend().search(query, queryset).get_queryset()


def after(number: int, matches, query: SearchQuery, *, at_least: int):
    """Of `matches` with `query`, those with a greater number; None where the index of words knows of fewer than `at_least`.

    PostgreSQL cannot tell how many entries of a kind hold a word, and would rather read a table: it is told which rows these are.
    """
    if connections[matches.db].vendor != "postgresql":
        return matches.filter(pk__gt=number)
    numbers = list(_entries(matches.model, query).filter(number__gt=number).values_list("number", flat=True))
    return matches.filter(pk__in=numbers) if len(numbers) >= at_least else None


def _entries(model, query: SearchQuery):
    """The entries of `model` that hold the words, by the indexes `search_words` and `search_numbers`."""
    backend = get_search_backend()
    wanted = backend.query_compiler_class(model._default_manager.all(), query).build_tsquery(query, config=backend.config)
    words = CombinedExpression(models.F("title"), "||", models.F("body"))
    entries = IndexEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
    return entries.alias(words=words).filter(words=wanted).annotate(number=Cast("object_id", models.BigIntegerField()))
