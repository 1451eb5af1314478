"""A friend asks to become a member, an organiser says yes, and the doors of members open."""

from django.urls import reverse
from django.utils.translation import gettext as _

from events.models import Event
from members.models import Club
from tests.flows.journey import do, follow, letters_to, press, reads, sign_in
from tests.make import make_event


def test_an_applicant_is_accepted_and_goes_to_a_meeting_of_members(visit, way, person):
    event = make_event(lang=way.language, audience=Event.Audience.MEMBERS)
    flora = person("flora")

    page = visit(event.get_absolute_url())
    place = page.get_by_role("region", name=_("Your place"))
    reads(place, _("Members only"))
    follow(place, _("Sign in"))
    sign_in(page, flora.email)
    reads(place, _("Only those it is meant for can register."))
    page.goto(reverse("members:apply"))
    page.get_by_label(_("What do you do?")).fill("Community manager, ville de Rennes")
    page.get_by_label(_("What brings you to the club?")).fill("Rencontrer des pairs, et leur montrer ce que je rate.")
    press(page, _("Send my application"))
    reads(page, _("Your application is on its way. You will have an answer by e-mail."))

    desk = visit(reverse("admin:members_application_changelist"), as_=person("olga"))
    do(desk, _("Accept"), to=flora.name)
    welcome = _("Welcome to %(club_name)s") % {"club_name": Club.current().name}
    assert letters_to(flora.email)[-1].subject == welcome

    page.goto(event.get_absolute_url())
    press(place, _("I am going"))
    reads(place, _("You are going."))
