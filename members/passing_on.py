"""Texts and links by which people pass a page on: each as its network takes it, with the names that people go by there."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils import translation
from django.utils.translation import gettext as _

from members.handles import NETWORKS
from members.models import Organisation, Person

MOST = {"linkedin": 3000, "bluesky": 300, "mastodon": 500, "instagram": 2200, "x": 280}  # characters that each takes
LABELS = {"linkedin": "LinkedIn", "bluesky": "Bluesky", "mastodon": "Mastodon", "instagram": "Instagram", "x": "X"}


@dataclass(frozen=True)
class Ready:
    """A text to copy; `network` is a word for addresses of the page, `most` the characters that it takes."""

    network: str
    label: str
    text: str
    most: int


@dataclass(frozen=True)
class Message:
    """What is passed on, in the language of the page and as everybody may read it."""

    title: str
    url: str
    lang: str
    summary: str = ""
    facts: tuple[str, ...] = ()  # when, where
    people: tuple[Person | Organisation, ...] = ()
    hashtag: str = ""

    def on(self, network: str = "") -> str:
        """As `network` takes it: without the room for all of it, the summary goes, then the names, then the end of the title."""
        with translation.override(self.lang):
            names = ", ".join(_name(who, network) for who in self.people)
            names = _("With %(people)s") % {"people": names} if names else ""
        most = MOST.get(network, MOST["linkedin"])
        bare = [*self.facts, self.hashtag, self.url]
        named = [*self.facts, names, self.hashtag, self.url]
        for lines in ([self.title, self.summary, *named], [self.title, *named], [self.title, *bare]):
            if len(text := _joined(lines)) <= most:
                return text
        rest = _joined(bare)
        return f"{self.title[: most - len(rest) - 2].rstrip()}…\n{rest}"

    @property
    def texts(self) -> list[Ready]:
        return [Ready(network, LABELS[network], self.on(network), most) for network, most in MOST.items()]

    @property
    def links(self) -> list[tuple[str, str]]:
        """(name, address) of each network that takes a text, and of mail."""
        return [
            ("LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?" + urlencode({"url": self.url})),
            ("Bluesky", "https://bsky.app/intent/compose?" + urlencode({"text": self.on("bluesky")})),
            ("Mastodon", "https://share.joinmastodon.org/#" + _query({"text": self.on("mastodon")})),
            (_("E-mail"), "mailto:?" + _query({"subject": self.title, "body": self.on()})),
        ]


def _name(who: Person | Organisation, network: str) -> str:
    """On that network, of who has a page that everybody may read; else as they are called."""
    if network in NETWORKS and isinstance(who, Person) and who.is_announced:
        return who.shown_to_everybody.handle(network) or who.name
    return who.name


def _joined(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line)


def _query(values: dict) -> str:
    """Mail programs read + as a plus sign."""
    return urlencode(values).replace("+", "%20")
