import pytest
from django.urls import reverse

from tests.cast import cast
from tests.make import make_event, make_partner, make_post

pytestmark = pytest.mark.django_db


def test_home_says_what_comes_next_what_was_written_and_with_whom(client):
    later, soon = make_event(title="Plus tard", days=20), make_event(title="Bientôt", days=3)
    post, partner = make_post(), make_partner()
    response = client.get(reverse("home"))
    assert response.context["meetings"] == [soon, later]
    assert response.context["next_meeting"] == soon
    assert list(response.context["posts"]) == [post]
    assert list(response.context["partners"]) == [partner]


def test_the_next_meeting_is_one_that_takes_place(client):
    make_event(title="Annulée", days=3, status="cancelled")
    kept = make_event(title="Maintenue", days=5)
    assert client.get(reverse("home")).context["next_meeting"] == kept


def test_a_meeting_on_invitation_is_on_the_home_page_of_nobody_else(client):
    make_event(audience="invitation")
    client.force_login(cast("milan"))
    assert client.get(reverse("home")).context["meetings"] == []


@pytest.mark.parametrize(("who", "is_asked"), [(None, True), ("flora", True), ("milan", False)])
def test_who_is_a_member_already_is_not_asked_to_join(client, who, is_asked):
    if who:
        client.force_login(cast(who))
    assert ("Rejoindre le club" in client.get(reverse("home")).text) is is_asked


def test_a_new_club_has_a_home_page_too(client):
    said = client.get(reverse("home")).text
    assert "<h1>Des professionnels qui écrivent, et qui se rencontrent.</h1>" in said
    assert "<title>Des professionnels qui écrivent, et qui se rencontrent. –" in said


def test_queries_do_not_grow(client, django_assert_num_queries):
    for _n in range(6):
        make_event()
        make_post()
        make_partner()
    with django_assert_num_queries(6):
        client.get(reverse("home"))


def test_home_is_read_only(client):
    assert client.post(reverse("home")).status_code == 405
