from urllib.parse import urlsplit

import pytest
from django.conf import settings

from smclub.players import PLAYERS, player_of

YOUTUBE = "https://www.youtube-nocookie.com/embed/aB3-dE_gH1j?autoplay=1"
VIMEO = "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1"
DAILYMOTION = "https://geo.dailymotion.com/player.html?video=x8abcde"


@pytest.mark.parametrize(
    ("address", "player"),
    [
        ("https://www.youtube.com/watch?v=aB3-dE_gH1j", YOUTUBE),
        ("https://m.youtube.com/watch?app=desktop&v=aB3-dE_gH1j&t=90", YOUTUBE),
        ("https://youtu.be/aB3-dE_gH1j?si=x", YOUTUBE),
        ("https://youtube.com/live/aB3-dE_gH1j", YOUTUBE),
        ("https://www.youtube.com/shorts/aB3-dE_gH1j#x", YOUTUBE),
        ("https://vimeo.com/76979871", VIMEO),
        ("https://player.vimeo.com/video/76979871?h=1", VIMEO),
        ("https://www.dailymotion.com/video/x8abcde?start=3", DAILYMOTION),
        ("https://dai.ly/x8abcde", DAILYMOTION),
        ("https://vimeo.com/76979871/0a1b2c", ""),  # a private one
        ("https://www.youtube.com/@leclub", ""),
        ("https://www.youtube.com/watch?v=tooshort", ""),
        ("https://www.youtube.com/watch?v=muchlongerthanthat", ""),
        ("https://www.youtube.com.example/watch?v=aB3-dE_gH1j", ""),
        ("https://elsewhere.example/?u=https://youtu.be/aB3-dE_gH1j", ""),
        ('https://dai.ly/x8"onload="x', ""),
        ("", ""),
    ],
)
def test_the_player_of_an_address(address, player):
    assert player_of(address) == player


def test_the_policy_lets_in_the_sites_of_the_players_and_no_other():
    sites = {"{0.scheme}://{0.netloc}".format(urlsplit(player)) for _named, player in PLAYERS}
    assert sites == set(settings.SECURE_CSP["frame-src"])
