"""From "I am going" with an e-mail address to a place; from the waiting list to a place given back."""

import re

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Member
from tests.flows.journey import follow, letters_to, offers, press, reads, sign_in
from tests.make import make_event, make_registration, make_venue


def place(page):
    """The panel that says whether one goes."""
    return page.get_by_role("region", name=_("Your place"))


def places_left(number: int) -> str:
    return ngettext("%(n)s place left.", "%(n)s places left.", number) % {"n": number}


def test_a_visitor_comes_with_an_address_and_a_code(visit, way):
    event = make_event(lang=way.language, capacity=30, max_guests=2, venue=make_venue())
    page = visit(reverse("events:list"))
    follow(page.locator("main"), event.title)
    page.get_by_label(_("You come with"), exact=True).fill("1")
    press(page, _("I am going"))
    sign_in(page, "ana@example.org")

    guests = place(page).get_by_role("combobox", name=_("You come with"))
    assert guests.input_value() == "1"
    place(page).get_by_label(_("Your name"), exact=True).fill("Ana Arrivante")
    press(place(page), _("I am going"))
    going = ngettext("You are going, with %(n)s person.", "You are going, with %(n)s people.", 1) % {"n": 1}
    reads(place(page), going)

    assert event.title in letters_to("ana@example.org")[-1].subject
    assert Member.objects.get().standing == Member.Standing.FRIEND
    stranger = visit(event.get_absolute_url())
    reads(place(stranger), places_left(28))


def test_who_waits_is_given_a_place_and_gives_it_back(visit, way, person):
    event = make_event(lang=way.language, capacity=1)
    milan, mona = person("milan"), person("mona")
    make_registration(event=event, member=milan)

    waits, gives_up = visit(event.get_absolute_url(), as_=mona), visit(event.get_absolute_url(), as_=milan)
    reads(place(waits), _("Full"))
    press(place(waits), _("Join the waiting list"))
    offers(place(waits), _("Leave the waiting list"))
    press(place(gives_up), _("I cannot come any more"))
    offers(place(gives_up), _("Join the waiting list"))

    letter = letters_to(mona.email)[-1]
    assert letter.subject == _("A place is yours: %(title)s") % {"title": event.title}
    waits.reload()
    reads(place(waits), _("You are going."))
    leaves = visit(re.search(r"https?://\S+/desinscription/\S+", letter.body)[0])
    press(leaves, _("I cannot come any more"))
    reads(leaves, _("You are not registered for this meeting any more. Thank you for having said so: somebody else can come."))
    waits.reload()
    reads(place(waits), places_left(1))
