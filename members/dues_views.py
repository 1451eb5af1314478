"""What a member reads and does about dues: where they stand, papers to print, the seats of an organisation."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members import seats
from members.models import Club, Dues, DuesSeat, Invoice, Member
from members.refusals import Refused


class SeatForm(forms.Form):
    """One for each of the organisation's dues: their fields differ by prefix."""

    email = forms.EmailField(label=gettext_lazy("A member’s address"), max_length=254)


@require_safe
@never_cache
@login_required
def dues(request):
    return _page(request)


def _page(request, *, refused: SeatForm | None = None, pk: int | None = None):
    visitor, club = request.user, Club.current()
    led = list(Dues.objects.in_force().led_by(visitor).for_lists().with_holders().latest_first())
    forms_of = [(row, refused if refused and row.pk == pk else SeatForm(prefix=f"dues-{row.pk}")) for row in led]
    history = list(Dues.objects.about(visitor).for_lists().latest_first())
    counted = [row for row in history if row.is_paid]
    context = {
        "state": Member.objects.with_dues_state().values_list("dues_state", flat=True).get(pk=visitor.pk),
        "until": _until(counted),
        "grace_until": _until(counted, grace=club.grace_days),
        "history": history,
        "asked": [row for row in (*history, *led) if row.is_asked and (row.member_id or row in led)],
        "led": forms_of,
    }
    return render(request, "members/dues.html", context)


def _until(counted: list[Dues], *, grace: int = 0):
    """The last day of dues that began; None without any or for life."""
    today = timezone.localdate()
    ends = [row.ends_on for row in counted if row.starts_on <= today]
    return max(ends) + timedelta(days=grace) if ends and None not in ends else None


@require_POST
@login_required
def seat_give(request, pk):
    row = get_object_or_404(Dues.objects.visible_to(request.user).filter(organisation__isnull=False), pk=pk)
    form = SeatForm(request.POST, prefix=f"dues-{row.pk}")
    if form.is_valid():
        try:
            seat = seats.hand_out(row, email=form.cleaned_data["email"], by=request.user)
            messages.success(request, _("%(name)s has a seat.") % {"name": seat.member.public_name})
            return redirect("members:dues")
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
    return _page(request, refused=form, pk=row.pk)


@require_POST
@login_required
def seat_take_back(request, pk):
    mine = Dues.objects.visible_to(request.user)
    seat = get_object_or_404(DuesSeat.objects.filter(dues__in=mine.values("pk")).select_related("member"), pk=pk)
    try:
        seats.take_back(seat, by=request.user)
        messages.success(request, _("The seat of %(name)s is free again.") % {"name": seat.member.public_name})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("members:dues")


@require_safe
@never_cache
@login_required
def receipt(request, pk):
    rows = Dues.objects.visible_to(request.user).in_force().filter(paid_on__isnull=False).for_lists()
    return render(request, "members/dues_receipt.html", {"dues": get_object_or_404(rows, pk=pk)})


@require_safe
@never_cache
@login_required
def invoice(request, number):
    found = get_object_or_404(Invoice.objects.visible_to(request.user).select_related("credited", "dues"), number=number)
    taken_back = Invoice.objects.filter(credited=found).first()
    return render(request, "members/invoice_detail.html", {"invoice": found, "dues": found.dues, "taken_back": taken_back})
