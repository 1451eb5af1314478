"""Filling in the forms of the admin as an organiser does: as they stand, with something typed over."""

from django.db.models import QuerySet
from django.forms import FileField, ModelMultipleChoiceField, SplitDateTimeField
from django.urls import reverse


def change_url(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def typed(client, url: str, **fields) -> dict:
    """What the form at `url` would send as it stands, inlines included, with `fields` typed over it."""
    page, data = client.get(url), {}
    forms = [page.context["adminform"].form]
    for formset in page.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for bound in (bound for form in forms for bound in form):
        data |= _sent(bound)
    return data | fields


def _sent(bound) -> dict:
    if isinstance(bound.field, FileField):
        return {}  # what is there stays
    value = bound.value()
    if isinstance(bound.field, SplitDateTimeField):
        return {f"{bound.html_name}_{n}": part or "" for n, part in enumerate(bound.field.widget.decompress(value))}
    if isinstance(bound.field, ModelMultipleChoiceField):
        return {bound.html_name: [getattr(key, "pk", key) for key in value or []]}
    if isinstance(value, (list, QuerySet)):  # topics
        return {bound.html_name: ", ".join(topic.name for topic in value)}
    return {} if value is None or value is False else {bound.html_name: value}


def send(client, row, *, prefix: str = "", **fields):
    """The answer to the change form of `row`, sent as it stands with `fields` typed over it."""
    url = prefix + change_url(row)
    return client.post(url, typed(client, url, **fields))


def save(client, row, **fields) -> None:
    """As `send`; it must be taken."""
    response = send(client, row, **fields)
    assert response.status_code == 302, response.context["errors"]
