"""Who has paid what: rows as they stand, so that loading writes to nobody."""

from datetime import date, timedelta
from decimal import Decimal

from members.models import Club, Dues, DuesSeat, Import, ImportLine, Member, Plan
from smclub.dates import day
from smclub.demo.shelf import Shelf, table
from smclub.money import euros

COMPANY, CONTACT, SEATED = "atelier-lumen", "milan@example.org", ("lea@example.org",)
OWNER = "owner@example.org"
METHODS = (Dues.Method.TRANSFER, Dues.Method.PAGE, Dues.Method.CHEQUE, Dues.Method.TRANSFER, Dues.Method.CARD, Dues.Method.CASH)


def dues(demo: Shelf) -> None:
    if Plan.objects.exists():
        return
    plans = [Plan.objects.create(position=position, **row) for position, row in enumerate(table("plans"))]
    individual, student, company, honorary = plans
    season = Club.current().season_of(demo.today)
    last = Club.current().season_of(season[0] - timedelta(days=1))
    accepted = [member for member in demo.members.values() if member.standing == Member.Standing.MEMBER]
    for number, member in enumerate(accepted):
        plan = student if number % 9 == 5 else individual
        if member.email in SEATED or number % 10 == 9:
            continue  # by a company, or never
        if number % 4:
            _paid(demo, plan, member, number, last)
        if number % 10 == 8:
            continue  # to renew
        if number % 10 == 7:
            _paid(demo, plan, member, number, (demo.today - timedelta(days=375), demo.today - timedelta(days=10)))
        elif number % 14 == 6:
            Dues.objects.create(plan=plan, member=member, amount=plan.amount, starts_on=season[0], ends_on=season[1])
        else:
            _paid(demo, plan, member, number, season)
    _of_a_company(demo, company)
    _paid(demo, honorary, accepted[-1], 0, (demo.today - timedelta(days=900), None))
    _imported(demo.members.get(OWNER), season)


def _paid(demo: Shelf, plan: Plan, member: Member, number: int, period: tuple[date, date | None]) -> None:
    starts_on, ends_on = period
    same = Dues.objects.filter(member=member, ends_on__gte=starts_on)
    if ends_on and same.exists():
        return
    Dues.objects.create(
        plan=plan,
        member=member,
        amount=plan.amount,
        starts_on=starts_on,
        ends_on=ends_on,
        paid_on=min(starts_on + timedelta(days=number % 40), demo.today),
        method=METHODS[number % len(METHODS)] if plan.amount else "",
    )


def _imported(by: Member | None, season: tuple[date, date]) -> None:
    """The file by which the dues of this season that were paid online came in."""
    rows = (
        Dues.objects.filter(method=Dues.Method.PAGE, starts_on=season[0])
        .select_related("member", "plan")
        .order_by("paid_on", "pk")
    )
    total = sum((row.amount for row in rows), Decimal(0))
    counts = {"lines": len(rows), "people": 0, "updated": len(rows), "dues": len(rows), "amount": str(total)}
    batch = Import.objects.create(
        made_by=by, name="export-adhesions-helloasso.csv", state=Import.State.DONE, counts=counts, choices={}
    )
    ImportLine.objects.bulk_create(
        ImportLine(
            batch=batch,
            number=number,
            outcome=ImportLine.Outcome.UPDATED,
            name=row.member.name,
            email=row.member.email,
            said=f"Cotisation « {row.plan} », {euros(row.amount)}, du {day(row.starts_on)} au {day(row.ends_on)}.",
        )
        for number, row in enumerate(rows, start=2)
    )


def _of_a_company(demo: Shelf, plan: Plan) -> None:
    begun = demo.today - timedelta(days=60)
    row = Dues.objects.create(
        plan=plan,
        organisation=demo.organisations[COMPANY],
        contact=demo.members[CONTACT],
        amount=plan.amount,
        seats=plan.seats,
        starts_on=begun,
        ends_on=begun + timedelta(days=364),
        paid_on=begun,
        method=Dues.Method.TRANSFER,
        purchase_order="BC-2026-118",
    )
    DuesSeat.objects.bulk_create(DuesSeat(dues=row, member=demo.members[email], given_on=begun) for email in SEATED)
