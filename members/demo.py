"""The demo's letter box: every letter of the house, codes included. Its addresses exist only with DEMO=1."""

from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.mail import compose
from members.models import Letter
from smclub.paging import page_of


@require_safe
@never_cache
def letter_list(request):
    page = page_of(Letter.objects.order_by("-created_at", "-pk"), request.GET.get("page"), per_page=30)
    for letter in page:
        compose(letter)
    return render(request, "members/demo_letter_list.html", {"page": page})


@require_safe
@never_cache
def letter_detail(request, pk):
    letter = get_object_or_404(Letter, pk=pk)
    is_true = compose(letter)
    with translation.override(letter.language):
        return render(request, "members/demo_letter_detail.html", {"letter": letter, "is_true": is_true})
