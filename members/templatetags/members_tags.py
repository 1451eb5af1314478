"""What this app says in templates."""

from django import template

from members import browsers

register = template.Library()


@register.filter
def browser(user_agent: str) -> str:
    return browsers.name(user_agent)
