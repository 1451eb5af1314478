"""What the site writes to people, kind by kind, as each app declares it in the `letters` of its AppConfig.

Most letters answer something that their reader did: they always leave. The others, which have a `default`, leave as everybody
wishes, and are stopped by one click: news, told together as often as one likes; letters of their own, when it is time or never.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

DIGEST = "members.news"  # the one kind of letter that tells news


class Cadence(models.TextChoices):
    NOW = "now", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    NEVER = "never", _("Never")


class Family(models.TextChoices):
    """In the order in which people read them."""

    MEETINGS = "meetings", _("Meetings")
    DISCUSSIONS = "discussions", _("Discussions")
    GROUPS = "groups", _("Groups")
    TEAM = "team", _("Looking after the site")
    ACCOUNT = "account", _("Account and membership")


@dataclass(frozen=True)
class Kind:
    words: Any  # a lazy translation
    family: Family
    default: Cadence | None = None  # none: it always leaves
    is_alone: bool = False  # a letter of its own, when it is time or never
    permission: str = ""  # of the only ones that it is for

    @property
    def may_be_stopped(self) -> bool:
        return self.default is not None

    @property
    def is_news(self) -> bool:
        """Told with whatever else is due."""
        return self.may_be_stopped and not self.is_alone

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """How often it may be wished."""
        return [(Cadence.NOW, _("When it is time")), (Cadence.NEVER, Cadence.NEVER.label)] if self.is_alone else Cadence.choices

    def is_for(self, member) -> bool:
        return not self.permission or member.may(self.permission)


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its key, "app.kind"."""
    return {
        f"{config.label}.{name}": kind
        for config in apps.get_app_configs()
        for name, kind in getattr(config, "letters", {}).items()
    }


def kind_of(key: str) -> Kind:
    """Raises LookupError about what no app declares: nothing is written that nobody may read of beforehand."""
    try:
        return kinds()[key]
    except KeyError:
        raise LookupError(f"No AppConfig declares letters of the kind {key!r}.") from None


def choices_of(member) -> dict[str, Kind]:
    """The kinds that `member` may have or stop, family by family."""
    order = list(Family)
    found = [(key, kind) for key, kind in kinds().items() if kind.may_be_stopped and kind.is_for(member)]
    return dict(sorted(found, key=lambda pair: order.index(pair[1].family)))


def always_sent() -> list[Kind]:
    """The kinds that nobody can stop, family by family."""
    order = list(Family)
    found = [kind for key, kind in kinds().items() if not kind.may_be_stopped and key != DIGEST]
    return sorted(found, key=lambda kind: order.index(kind.family))
