"""A copy of all that the site holds of somebody: asked for on their page, made by a task, fetched within a day, then gone."""

import json
import tempfile
import zipfile
from datetime import timedelta

from django.core.files.base import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import ForeignKey, Model
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from members.mail import letter
from members.models import Entry, Export, Member, Person, Picture
from members.models.rights import LIFE
from smclub import limits
from smclub.addresses import absolute
from smclub.markdown import RenderedField
from smclub.personal import RULES, Rule

A_DAY = {"times": 3, "seconds": 24 * 3600}
SLOW = timedelta(minutes=10)  # after which the task of a copy is taken for lost
SECRET = {"password"}


class Refused(Exception):
    """A copy that is not made; its text may be read by whoever asked."""


@transaction.atomic
def ask(member: Member) -> Export:
    """The copy that is being made already, or a new one in the place of those before. Raises Refused."""
    Member.objects.select_for_update().get(pk=member.pk)
    if waiting := Export.objects.asked().filter(member=member).first():
        return waiting
    if not limits.allowed("exports", str(member.pk), **A_DAY):
        raise Refused(_("That makes three copies in a day: come back tomorrow."))
    for before in Export.objects.filter(member=member):
        discard(before)
    export = Export.objects.create(member=member)
    Entry.objects.write("data.export", member, by=member)
    make.enqueue(export.pk)
    return export


@task(queue_name="default")
def make(export_id: int) -> None:
    """Writes the file, then the letter that says so; of two tasks at once, one."""
    export = Export.objects.asked().select_related("member").filter(pk=export_id).first()
    if export is None:
        return
    with tempfile.TemporaryFile() as file:
        write(export.member, file)
        export.file.save("", File(file), save=False)
    now = timezone.now()
    with transaction.atomic():
        done = Export.objects.asked().filter(pk=export.pk).update(file=export.file.name, ready_at=now, expires_at=now + LIFE)
        if done:
            letter("members.export_ready", key=f"members.export_ready:{export.pk}", to=export.member, export=export.pk)
    if not done:
        export.file.storage.delete(export.file.name)


def discard(export: Export) -> None:
    """The row, and its file once that is done."""
    name = export.file.name
    export.delete()
    if name:
        transaction.on_commit(lambda: export.file.storage.delete(name), robust=True)


def sweep() -> int:
    """Removes copies whose day is over, and asks again for those whose task was lost; returns how many were removed."""
    for export in Export.objects.asked().filter(asked_at__lt=timezone.now() - SLOW):
        make.enqueue(export.pk)
    expired = list(Export.objects.expired())
    for export in expired:
        discard(export)
    return len(expired)


# -- what is in it -------------------------------------------------------------
def write(member: Member, file) -> None:
    """A zip: data.json, and the pictures of `member` as they were sent."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(everything(member), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        for picture in Picture.objects.filter(pk__in=Person.objects.filter(member=member).values("portrait")):
            with picture.file.open() as source:
                archive.writestr(picture.file.name, source.read())


def everything(member: Member) -> dict:
    """Table by table, by the names of tables and fields: what a program reads, and people too."""
    about = Entry.objects.about(member)
    return {
        "members.member": [_row(member, ())],
        **{rule.at.lower(): _rows(rule, member) for rule in RULES if rule.gives},
        "members.entry.subject": [_row(entry, ("actor", "note")) for entry in about],
    }


def _rows(rule: Rule, member: Member) -> list[dict]:
    named = [field.name for field in rule.model._meta.concrete_fields if isinstance(field, ForeignKey)]
    rows = rule.rows(member).select_related(*named) if named else rule.rows(member)
    return [_row(row, rule.hides) for row in rows]


def _row(row: Model, hides: tuple[str, ...]) -> dict:
    """Its fields but those hidden and those rendered from another one; what it points at as people call it."""
    given = {}
    for field in row._meta.concrete_fields:
        if field.name in hides or field.name in SECRET or isinstance(field, RenderedField):
            continue
        value = getattr(row, field.name)
        given[field.name] = str(value) if isinstance(value, Model) or field.get_internal_type() in ("FileField",) else value
    if getattr(row, "is_secret", False):
        given |= {"subject": "", "text": ""}
    if hasattr(row, "get_absolute_url"):
        given["address"] = absolute(row.get_absolute_url())
    return given
