"""The programme of a season, as the club's settings have seasons: what is planned, on one page that prints."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Club


@dataclass(frozen=True)
class Season:
    first: date
    last: date

    @classmethod
    def of(cls, day: date, club: Club) -> "Season":
        return cls(*club.season_of(day))

    @classmethod
    def named(cls, slug: str, club: Club) -> "Season | None":
        """That of the address; None when the club has none of that name."""
        found = re.fullmatch(r"((?:19|20)[0-9]{2})(?:-[0-9]{4})?", slug)
        season = found and cls.of(date(int(found[1]), club.season_starts_month, 1), club)
        return season if season and season.slug == slug else None

    @property
    def slug(self) -> str:
        """« 2026-2027 », or « 2026 » of a club whose seasons begin in January."""
        years = sorted({self.first.year, self.last.year})
        return "-".join(map(str, years))

    @property
    def label(self) -> str:
        return _("Season %(years)s") % {"years": self.slug.replace("-", "\N{EN DASH}")}

    @property
    def is_over(self) -> bool:
        return self.last < timezone.localdate()


def with_meetings(events, club: Club) -> list[Season]:
    """From the first to the last season that one of `events` falls in; those between may have none."""
    days = events.days()
    if not days:
        return []
    seasons = [Season.of(min(days), club)]
    while seasons[-1].last < max(days):
        seasons.append(Season.of(seasons[-1].last + timedelta(days=1), club))
    return seasons
