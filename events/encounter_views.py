from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events import encounters
from smclub.paging import page_of

PEOPLE_A_PAGE = 24


@require_safe
@never_cache
@login_required
def people_met(request):
    """Whom one met at meetings, on one's own account."""
    page = page_of(encounters.people_met_by(request.user), request.GET.get("page"), per_page=PEOPLE_A_PAGE)
    met = encounters.told(page.object_list, to=request.user)
    return render(request, "events/people_met.html", {"page": page, "met": met})
