from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from members.models import Person
from partners import linked_data
from partners.models import Partner
from smclub.shared import shared


@require_safe
@shared()
def partner_list(request):
    partners = Partner.objects.listed_for(request.user).for_cards().in_order()
    return render(request, "partners/partner_list.html", {"current": partners.current(), "past": partners.past()})


@require_safe
@shared("page")
def partner_detail(request, slug):
    visitor = request.user
    partners = Partner.objects.listed_for(visitor).for_cards()
    partner = get_object_or_404(partners, slug=slug)
    context = {
        "partner": partner,
        "data": linked_data.organisation(partner),
        "contacts": Person.objects.listed_for(visitor).filter(partnerships=partner).for_cards().by_name(),
        "others": partners.current().exclude(pk=partner.pk).in_order()[:8],
    }
    return render(request, "partners/partner_detail.html", context)
