"""Players of videos elsewhere, which a click loads into the page: from which address, of those sites that are let in (floor)."""

import re

# How an address that people copy names a video, and where its player comes from: the one without cookies, where there is one.
PLAYERS = (
    (
        re.compile(
            r"https?://(?:(?:www\.|m\.)?youtube\.com/(?:watch\?(?:[^#]*&)?v=|(?:live|shorts|embed)/)|youtu\.be/)"
            r"([\w-]{11})(?![\w-])",
            re.A,
        ),
        "https://www.youtube-nocookie.com/embed/{}?autoplay=1",
    ),
    (
        re.compile(r"https?://(?:(?:www\.)?vimeo\.com|player\.vimeo\.com/video)/(\d+)(?=[?#]|$)", re.A),
        "https://player.vimeo.com/video/{}?dnt=1&autoplay=1",
    ),
    (
        re.compile(r"https?://(?:www\.dailymotion\.com/video|dai\.ly)/(\w+)(?=[?#]|$)", re.A),
        "https://geo.dailymotion.com/player.html?video={}",
    ),
)  # their hosts stand in SECURE_CSP too


def player_of(address: str) -> str:
    """Nothing for a site whose player is not let in: the video is watched there."""
    for named, player in PLAYERS:
        if found := named.match(address):
            return player.format(found[1])
    return ""
