"""Dues: what is recorded, who is paid up, the seats of organisations."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from members import seats, treasury
from members.models import Club, Dues, DuesState, Entry, Letter, Member, Plan
from members.models.person import validate_siret
from members.refusals import Refused
from smclub.dates import short_day
from tests.cast import cast
from tests.make import make_dues, make_member, make_organisation, make_plan

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


def kinds() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("kind", flat=True))


def states(**kwargs) -> dict[str, str]:
    return dict(Member.objects.with_dues_state(**kwargs).values_list("name", "dues_state"))


# -- who is paid up ------------------------------------------------------------
def test_each_state_follows_from_the_rows():
    Club.objects.create(pk=1, grace_days=30)
    make_dues(member=make_member(name="current"), ends_in=0)
    make_dues(member=make_member(name="for life"), ends_in=None)
    make_dues(member=make_member(name="in grace"), ends_in=-30)
    make_dues(member=make_member(name="over"), ends_in=-31)
    make_dues(member=make_member(name="ahead"), starts_on=today() + timedelta(days=1), ends_in=300, paid_on=today())
    make_dues(member=make_member(name="asked"), paid_on=None)
    make_dues(member=make_member(name="cancelled"), cancelled_at=timezone.now(), cancel_reason="Erreur")
    make_member(name="nobody")
    assert states() == {
        "current": DuesState.CURRENT,
        "for life": DuesState.CURRENT,
        "in grace": DuesState.GRACE,
        "over": DuesState.TO_RENEW,
        "ahead": DuesState.AHEAD,
        "asked": DuesState.NEVER,
        "cancelled": DuesState.NEVER,
        "nobody": DuesState.NEVER,
    }
    assert set(Member.objects.paid_up().values_list("name", flat=True)) == {"current", "for life", "in grace"}
    assert set(Member.objects.in_grace().values_list("name", flat=True)) == {"in grace"}
    assert set(Member.objects.to_renew().values_list("name", flat=True)) == {"over"}
    assert set(Member.objects.never_paid().values_list("name", flat=True)) == {"asked", "cancelled", "nobody"}


@pytest.mark.parametrize(("grace", "names"), [(0, set()), (31, {"over"}), (365, {"over"})])
def test_the_grace_is_that_of_the_club_on_the_day_one_asks(grace, names):
    Club.objects.create(pk=1, grace_days=grace)
    make_dues(member=make_member(name="over"), ends_in=-31)
    assert set(Member.objects.paid_up().values_list("name", flat=True)) == names


def test_before_the_club_has_settings_the_grace_is_thirty_days():
    make_dues(member=make_member(name="in"), ends_in=-30)
    make_dues(member=make_member(name="out"), ends_in=-31)
    assert list(Member.objects.paid_up().values_list("name", flat=True)) == ["in"]


def test_whoever_paid_after_a_day_was_not_paid_up_on_it():
    member = make_member(name="late")
    make_dues(member=member, starts_on=today() - timedelta(days=100), paid_on=today() - timedelta(days=10))
    assert list(Member.objects.paid_up(today() - timedelta(days=11))) == []
    assert list(Member.objects.paid_up(today() - timedelta(days=10))) == [member]
    assert states(on=today() - timedelta(days=11)) == {"late": DuesState.NEVER}


def test_a_seat_makes_its_holder_paid_up_from_the_day_it_is_given():
    holder, payer = make_member(name="holder"), make_organisation()
    dues = make_dues(organisation=payer)
    dues.holders.create(member=holder, given_on=today() - timedelta(days=2))
    assert states() == {"holder": DuesState.CURRENT}
    assert list(Member.objects.paid_up(today() - timedelta(days=3))) == []
    treasury.cancel(dues, by=cast("tristan"), reason="Chèque rejeté")
    assert list(Member.objects.paid_up()) == []


def test_asking_costs_one_query_whatever_the_number(django_assert_num_queries):
    for _n in range(5):
        make_dues()
    with django_assert_num_queries(1):
        assert len(Member.objects.paid_up()) == 5
    with django_assert_num_queries(1):
        assert set(states().values()) == {"current"}


# -- recording -------------------------------------------------------------------
def test_a_payment_is_recorded_with_its_receipt_and_its_line_in_the_log():
    member, tristan = make_member(), cast("tristan")
    plan = make_plan(amount=Decimal("60.50"), term=Plan.Term.YEAR)
    dues = treasury.record(plan, by=tristan, member=member, starts_on=date(2026, 3, 5), method="cheque", reference="n° 12")
    assert (dues.amount, dues.starts_on, dues.ends_on) == (Decimal("60.50"), date(2026, 3, 5), date(2027, 3, 4))
    assert (dues.paid_on, dues.recorded_by, dues.seats, dues.contact) == (today(), tristan, 1, None)
    assert kinds() == ["members.dues_receipt"]
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor, entry.subject_id) == ("dues.record", tristan, str(dues.pk))
    said = f"60,50\xa0€ · 5\xa0mars\xa02026 → 4\xa0mars\xa02027 · Chèque {short_day(today())} · n° 12"
    assert entry.note == said


@pytest.mark.parametrize(
    ("month", "day", "end"),
    [
        (9, date(2026, 9, 1), date(2027, 8, 31)),
        (9, date(2026, 8, 31), date(2026, 8, 31)),
        (1, date(2026, 5, 3), date(2026, 12, 31)),
        (3, date(2024, 2, 10), date(2024, 2, 29)),
    ],
)
def test_a_season_ends_where_the_next_begins(month, day, end):
    Club.objects.create(pk=1, season_starts_month=month)
    assert treasury.end_of(make_plan(), day) == end


def test_a_year_begun_on_a_leap_day_and_a_life_end_where_they_should():
    assert treasury.end_of(make_plan(term="year"), date(2024, 2, 29)) == date(2025, 2, 28)
    assert treasury.end_of(make_plan(term="life"), date(2024, 2, 29)) is None


def test_dues_that_end_soon_are_followed_by_the_next_without_a_hole():
    member, plan = make_member(), make_plan(term="year")
    before = make_dues(member=member, ends_in=20)
    after = treasury.record(plan, by=None, member=member, method="cash")
    assert after.starts_on == before.ends_on + timedelta(days=1)


def test_recording_the_same_twice_is_refused_beside_the_day():
    member, plan = make_member(name="Ana"), make_plan(term="year")
    treasury.record(plan, by=None, member=member, method="cash")
    with pytest.raises(Refused, match="Ana a déjà") as refusal:
        treasury.record(plan, by=None, member=member, method="cash")
    assert refusal.value.field == "starts_on"
    assert Dues.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "terms", "field"),
    [
        ("company", {"member": True}, "organisation"),
        ("individual", {"organisation": True}, "plan"),
        ("individual", {}, "member"),
        ("individual", {"member": True, "organisation": True}, "organisation"),
        ("individual", {"member": True, "paid_on": date(2100, 1, 1)}, "paid_on"),
        ("individual", {"member": True, "method": ""}, "method"),
        ("individual", {"member": True, "ends_on": date(2000, 1, 1)}, "ends_on"),
    ],
)
def test_a_refusal_names_its_field(kind, terms, field):
    plan = make_plan(kind=kind)
    said = {"method": "cash"} | terms
    said |= {name: maker() for name, maker in (("member", make_member), ("organisation", make_organisation)) if name in terms}
    with pytest.raises(Refused) as refusal:
        treasury.record(plan, by=None, **said)
    assert (refusal.value.field, Dues.objects.count(), Letter.objects.count()) == (field, 0, 0)


def test_an_honorary_member_pays_nothing_for_life():
    dues = treasury.record(make_plan(kind="honorary", amount=0, term="life"), by=None, member=make_member())
    assert (dues.amount, dues.ends_on, dues.method, dues.is_current) == (0, None, "", True)


def test_what_is_asked_for_counts_once_it_is_paid():
    member, plan = make_member(), make_plan()
    dues = treasury.ask_for(plan, by=None, member=member)
    assert not Member.objects.paid_up().exists()
    treasury.pay(dues, by=None, paid_on=today(), method="transfer", reference="VIR 1")
    assert list(Member.objects.paid_up()) == [member]
    assert kinds() == ["members.dues_asked", "members.dues_receipt"]
    with pytest.raises(Refused, match="déjà"):
        treasury.pay(dues, by=None, paid_on=today(), method="transfer")


def test_what_is_cancelled_stays_and_leaves_room_for_the_right_one():
    member, plan = make_member(), make_plan(term="year")
    wrong = treasury.record(plan, by=None, member=member, method="cash")
    with pytest.raises(Refused, match="motif"):
        treasury.cancel(wrong, by=None, reason=" ")
    treasury.cancel(wrong, by=None, reason="Erreur de saisie")
    with pytest.raises(Refused, match="déjà"):
        treasury.cancel(wrong, by=None, reason="Encore")
    treasury.record(plan, by=None, member=member, method="cheque")
    assert Dues.objects.count() == 2
    assert [entry.verb for entry in Entry.objects.order_by("pk")] == ["dues.record", "dues.cancel", "dues.record"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"organisation_id": 1}, "Dites qui paie"),
        ({"amount": -1}, "montant"),
        ({"ends_on": date(2000, 1, 1)}, "après"),
        ({"method": ""}, "comment"),
        ({"seats": 2}, "organisation"),
        ({"cancelled_at": timezone.now()}, "motif"),
    ],
)
def test_the_database_itself_refuses_what_cannot_be(fields, sentence):
    make_organisation(pk=1)
    dues = make_dues()
    for name, value in fields.items():
        setattr(dues, name, value)
    with pytest.raises(ValidationError, match=sentence):
        dues.validate_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        dues.save()


@pytest.mark.parametrize("number", ["732 829 320 00074", "73282932000074", "35600000049837"])
def test_a_siret_is_taken(number):
    validate_siret(number)


@pytest.mark.parametrize("number", ["73282932000075", "7328293200007", "7328293200007A", "٧٣٢٨٢٩٣٢٠٠٠٠٧٤"])
def test_a_siret_that_cannot_be_is_refused(number):
    with pytest.raises(ValidationError, match="SIRET"):
        validate_siret(number)


# -- seats -----------------------------------------------------------------------
def test_a_contact_hands_out_as_many_seats_as_there_are_and_takes_them_back():
    contact, first, second = make_member(), make_member(), make_member()
    dues = make_dues(organisation=make_organisation(), contact=contact, seats=1)
    seat = seats.hand_out(dues, email=first.email.upper(), by=contact)
    assert list(Member.objects.paid_up()) == [first]
    with pytest.raises(Refused, match="prises") as refusal:
        seats.hand_out(dues, email=second.email, by=contact)
    assert refusal.value.field == "email"
    seats.take_back(seat, by=contact)
    seats.take_back(seat, by=contact)
    seats.hand_out(dues, email=second.email, by=contact)
    assert list(Member.objects.paid_up()) == [second]
    assert [entry.verb for entry in Entry.objects.order_by("pk")] == ["dues.seat", "dues.seat_back", "dues.seat"]


def test_a_seat_goes_to_members_only_and_tells_nothing_else_of_an_address():
    contact = make_member()
    dues = make_dues(organisation=make_organisation(), contact=contact)
    said = set()
    for email in (make_member(standing="friend").email, make_member(standing="blocked").email, "nobody@example.org"):
        with pytest.raises(Refused) as refusal:
            seats.hand_out(dues, email=email, by=contact)
        said.add(str(refusal.value))
    assert said == {"Aucun membre du club n’a cette adresse."}


def test_guessing_addresses_ends(monkeypatch):
    monkeypatch.setitem(seats.TRIES, "times", 2)
    contact = make_member()
    dues = make_dues(organisation=make_organisation(), contact=contact)
    codes = []
    for number in range(3):
        with pytest.raises(Refused) as refusal:
            seats.hand_out(dues, email=f"nobody{number}@example.org", by=contact)
        codes.append(refusal.value.code)
    assert codes == ["unknown", "unknown", "limit"]


def test_nobody_else_hands_out_seats():
    dues = make_dues(organisation=make_organisation(), contact=make_member())
    with pytest.raises(Refused, match="contact"):
        seats.hand_out(dues, email=cast("milan").email, by=cast("mona"))
    seats.hand_out(dues, email=cast("milan").email, by=cast("tristan"))


# -- reminders -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("ends_in", "moment"),
    [(31, None), (30, "before"), (1, "before"), (0, "end"), (-14, "end"), (-15, "after"), (-44, "after"), (-45, None)],
)
def test_a_reminder_leaves_at_its_moment_late_or_not(ends_in, moment):
    dues = make_dues(ends_in=ends_in)
    treasury.remind()
    treasury.remind()
    assert [letter.key for letter in Letter.objects.all()] == ([f"dues:{dues.pk}:{moment}"] if moment else [])


def test_whoever_renewed_left_or_has_a_seat_is_left_in_peace():
    today_ = today()
    renewed, seated, life, blocked = make_member(), make_member(), make_member(), make_member(standing="blocked")
    for member in (renewed, seated, life, blocked):
        make_dues(member=member, ends_in=10)
    make_dues(member=renewed, starts_on=today_ + timedelta(days=11), ends_in=400, paid_on=today_)
    make_dues(organisation=make_organisation(), ends_in=300).holders.create(member=seated)
    make_dues(member=life, ends_in=None)
    make_dues(ends_in=10, cancelled_at=timezone.now(), cancel_reason="Erreur")
    make_dues(organisation=make_organisation(), ends_in=10)  # nobody to write to
    asked = make_dues(ends_in=10)
    make_dues(member=asked.member, starts_on=today_ + timedelta(days=11), ends_in=400, paid_on=None, method="")
    treasury.remind()
    assert list(Letter.objects.values_list("member", flat=True)) == [asked.member_id]


def test_an_organisation_is_reminded_through_its_contact():
    contact = make_member()
    make_dues(organisation=make_organisation(), contact=contact, ends_in=5)
    treasury.remind()
    assert list(Letter.objects.values_list("member", flat=True)) == [contact.pk]
