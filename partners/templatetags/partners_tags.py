"""What partners add to the pages of the app below."""

from django import template

from partners.models import Partner

register = template.Library()


@register.inclusion_tag("partners/_partnerships.html")
def partnerships_of(organisation) -> dict:
    """The relations of `organisation` with the club."""
    partners = Partner.objects.published().filter(organisation=organisation)
    return {"partners": partners.for_cards().in_order()}
