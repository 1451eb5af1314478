"""The texts of this folder and the rows made of them so far."""

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone

from events.models import Event
from members.models import Group, Member, Organisation, Person, Topic
from posts.models import Category, Post, Series
from smclub.words import fold

HERE = Path(__file__).parent
PARIS = ZoneInfo("Europe/Paris")


@dataclass
class Shelf:
    """What one loading has made or found, by slug or address."""

    now: datetime = field(default_factory=timezone.now)
    today: date = field(default_factory=timezone.localdate)
    members: dict[str, Member] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    fills: dict[str, str] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)


def table(name: str) -> list[dict]:
    """The rows of <name>.toml, under the one key that the file holds."""
    (rows,) = tomllib.loads((HERE / f"{name}.toml").read_text("utf-8")).values()
    return rows


def texts(folder: str) -> list[dict]:
    """Front matter and `body` of each Markdown file of a folder."""
    rows = []
    for path in sorted((HERE / folder).glob("*.md")):
        _empty, head, body = path.read_text("utf-8").split("+++\n", 2)
        rows.append(tomllib.loads(head) | {"body": body.strip() + "\n"})
    return rows


def at(on: date, hour: str = "09:00") -> datetime:
    """A Paris time of that day."""
    return datetime.combine(on, time.fromisoformat(hour), PARIS)


def plain(text: str) -> str:
    """Folded, whichever apostrophe was typed."""
    return fold(text.replace("’", "'"))
