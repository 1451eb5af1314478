"""Every passage in the other language says so to whoever has the page read aloud, on every page of the site.

Each text of the club's own gets a word of its language; wherever that word is shown, the nearest `lang` is that language's.
Names of people, places and groups are the same in both.
"""

from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.test import Client

from posts.models import Post
from tests.make import make_picture
from tests.rails import club
from tests.rails.test_surface import is_machine

WORDS = {"fr": "motfrançais", "en": "englishword"}
SILENT = {"title", "script", "style", "textarea"}  # whose text takes no marks, or stands to be changed
MANY_FACES = {"events:detail", "posts:detail", "search"}  # whose labels in the table of addresses are other pages
VOID = {"meta", "link", "img", "input", "br", "hr", "source", "wbr"}


class Reader(HTMLParser):
    """Keeps the words of `WORDS` that are said in another voice than their own."""

    def __init__(self):
        super().__init__()
        self.voices, self.tags, self.wrong, self.heard = [""], [""], [], 0

    def handle_starttag(self, tag, attrs):
        if alt := dict(attrs).get("alt"):
            self._hear(alt, tag, dict(attrs).get("lang") or self.voices[-1])
        if tag not in VOID:
            self.tags.append(tag)
            self.voices.append(dict(attrs).get("lang") or self.voices[-1])

    def handle_endtag(self, tag):
        while tag in self.tags and self.tags.pop() != tag:
            self.voices.pop()
        self.voices.pop()

    def handle_data(self, data):
        if self.tags[-1] not in SILENT:
            self._hear(data, self.tags[-1], self.voices[-1])

    def _hear(self, text: str, tag: str, voice: str) -> None:
        for language, word in WORDS.items():
            if word in text:
                self.heard += 1
                if voice != language:
                    self.wrong.append(f"<{tag}> in {voice}: {text.strip()[:60]}")


def texts_of(model) -> list[str]:
    """The fields of a model that hold a text of one language."""
    names = {field.name for field in model._meta.fields if isinstance(field, models.CharField | models.TextField)}
    if "lang" in names:
        return sorted(names & {"title", "public_title", "excerpt", "summary", "description", "body", "takeaways"})
    return sorted(name for name in names if f"{name}_en" in names and not name.endswith("_html"))


def mark_every_text() -> int:
    marked = 0
    for model in apps.get_models():
        for row in model._default_manager.all() if (fields := texts_of(model)) else ():
            for name in fields:
                setattr(row, name, f"{getattr(row, name)} {WORDS[getattr(row, 'lang', 'fr')]}".strip())
            row.save()
            marked += 1
    return marked


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_passage_in_the_other_language_says_so(language):
    people = club.build()
    Post.objects.filter(pk=people.post.pk).update(cover=make_picture())
    assert mark_every_text() > 20
    call_command("rebuild_modelsearch_index", verbosity=0)
    client, wrong, heard = Client(raise_request_exception=False), [], {}
    client.force_login(people.milan)
    addresses = club.addresses(people) | {"search": f"/recherche/?q={WORDS['fr']}", "search[en]": f"/recherche/?q={WORDS['en']}"}
    for key, path in addresses.items():
        name, _, label = key.partition("[")
        if key.startswith("admin:") or is_machine(key) or (label and name not in MANY_FACES):
            continue
        response = client.get(("/en" if language == "en" else "") + path)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            reader = Reader()
            reader.feed(response.content.decode())
            wrong += [f"{key}: {fault}" for fault in reader.wrong]
            heard[key] = reader.heard
    assert not wrong, "\n".join(wrong)
    assert {key for key in ("home", "events:detail", "posts:detail", "search", "search[en]") if not heard[key]} == set()
