"""Names that people go by on other networks: typed or pasted, kept as they are written there, followed as links."""

import re
from dataclasses import dataclass

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

HOST = r"[a-z0-9-]+(?:\.[a-z0-9-]+)+"


@dataclass(frozen=True)
class Network:
    label: str
    handle: str  # a pattern; what it names makes the two below
    page: str  # a pattern of the address of a page there
    written: str
    address: str

    def read(self, typed: str) -> dict[str, str] | None:
        """The parts of a handle, or of the address of a page; None when it is neither."""
        for pattern in (self.handle, self.page):
            if match := re.fullmatch(pattern, typed.strip(), re.IGNORECASE | re.ASCII):
                return match.groupdict()
        return None

    def link(self, typed: str) -> str:
        parts = self.read(typed)
        return self.address.format_map(parts) if parts else ""


NETWORKS = {
    "mastodon": Network(
        "Mastodon",
        rf"@?(?P<name>[\w.-]+)@(?P<server>{HOST})",
        rf"https?://(?P<server>{HOST})/@(?P<name>[\w.-]+)/?",
        "@{name}@{server}",
        "https://{server}/@{name}",
    ),
    "bluesky": Network(
        "Bluesky",
        rf"@?(?P<name>{HOST})",
        rf"https?://bsky\.app/profile/(?P<name>{HOST})/?",
        "@{name}",
        "https://bsky.app/profile/{name}",
    ),
    "instagram": Network(
        "Instagram",
        r"@?(?P<name>[\w.]{1,30})",
        r"https?://(?:www\.)?instagram\.com/(?P<name>[\w.]{1,30})/?(?:\?.*)?",
        "@{name}",
        "https://www.instagram.com/{name}/",
    ),
    "x": Network(
        "X",
        r"@?(?P<name>\w{1,15})",
        r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/(?P<name>\w{1,15})/?(?:\?.*)?",
        "@{name}",
        "https://x.com/{name}",
    ),
}
EXAMPLES = {"mastodon": "@ana@mastodon.social", "bluesky": "@ana.bsky.social", "instagram": "@ana", "x": "@ana"}


class HandleFormField(forms.CharField):
    def __init__(self, *, network: str, **kwargs):
        self.network = network
        super().__init__(**kwargs)

    def clean(self, value):
        typed = super().clean(value)
        if not typed:
            return ""
        network = NETWORKS[self.network]
        parts = network.read(typed)
        if parts is None:
            raise forms.ValidationError(
                _("Write it as %(example)s, or paste the address of your page there."),
                code="handle",
                params={"example": EXAMPLES[self.network]},
            )
        return network.written.format_map(parts)


class HandleField(models.CharField):
    """A handle on the network that its field is called after."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 120, "blank": True, **kwargs})

    def formfield(self, **kwargs):
        return super().formfield(form_class=HandleFormField, network=self.name, help_text=EXAMPLES[self.name], **kwargs)
