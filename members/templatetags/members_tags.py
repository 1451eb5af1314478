"""What this app says in templates."""

from django import template
from django.utils.translation import get_language

from members import browsers
from members.models import Plan

register = template.Library()


@register.filter
def browser(user_agent: str) -> str:
    return browsers.name(user_agent)


@register.inclusion_tag("members/_plans.html")
def plans_offered() -> dict:
    """What dues cost, of the plans that the treasurer offers."""
    return {"plans": list(Plan.objects.filter(is_offered=True).order_by("position", "pk")), "language": get_language()}
