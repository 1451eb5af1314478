"""The verbs of an import: a file is sent, described, tried by a task, confirmed, and written by a task, whole or not at all."""

import logging
from decimal import Decimal

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.importing.columns import Field, guess, recognise
from members.importing.lines import Described, read_lines, said_in
from members.importing.matching import Work, plan_work
from members.importing.reading import Table, decoded, folded, read
from members.importing.writing import Unwritable, Writing
from members.models import Club, Entry, Group, Import, ImportLine, Member, Plan
from members.refusals import Refused
from members.tasks import try_import, write_import
from smclub.money import euros

log = logging.getLogger("smclub.importing")
State = Import.State
TRIES = 3  # of a file that is written while somebody changes what it is about
BATCH = 500
SHOWN_PROGRESS = 3600  # seconds


# -- sent and described --------------------------------------------------------------------
@transaction.atomic
def receive(data: bytes, *, name: str, by: Member, language: str = "fr") -> Import:
    """Keeps the file where no address leads, once it is known to be a table. Raises Refused."""
    table = read(data)
    batch = Import(made_by=by, name=name[:120] or "import.csv", language=language)
    batch.counts = {"lines": len(table.rows)}
    batch.file.save("", ContentFile(data), save=False)
    batch.save()
    Entry.objects.write("import.send", batch, by=by, note=_lines(len(table.rows)))
    return batch


def table_of(batch: Import) -> Table:
    """Raises Refused when its file is gone."""
    if not batch.file:
        raise Refused(_("The file of this import is kept no longer: send it again."), code="gone")
    with batch.file.open("rb") as file:
        return read(file.read())


def columns_of(batch: Import, table: Table) -> dict[int, Field]:
    """Those that were chosen, or a guess."""
    chosen = batch.choices.get("columns")
    return guess(table.header) if chosen is None else {int(place): Field(about) for place, about in chosen.items()}


@transaction.atomic
def describe(batch: Import, *, columns: dict[int, str], **choices) -> None:
    """Notes what each column is about and what the words of the file mean; `choices` are the names of `described`."""
    kept = {"columns": {str(place): str(about) for place, about in columns.items()}} | choices
    changes = {"choices": batch.choices | kept, "state": State.NEW, "state_at": timezone.now(), "why": ""}
    open_states = [State.NEW, State.READY, State.FAILED]
    if not Import.objects.filter(pk=batch.pk, state__in=open_states).exclude(file="").update(**changes):
        raise Refused(_("This import has moved on meanwhile: look at it again."))
    batch.refresh_from_db()


def described(batch: Import, table: Table) -> Described:
    chosen = batch.choices
    plans = {str(plan.pk): plan for plan in Plan.objects.all()}
    return Described(
        header=table.header,
        columns=columns_of(batch, table),
        plans={name: plans.get(str(means), means) for name, means in chosen.get("plans", {}).items() if means},
        groups={name: int(means) for name, means in chosen.get("groups", {}).items() if means},
        plan=plans.get(str(chosen.get("plan"))),
        method=chosen.get("method", ""),
        standing=chosen.get("standing", Member.Standing.MEMBER),
        is_helloasso=recognise(table.header) is not None,
    )


def guessed_plans(table: Table, columns: dict[int, Field]) -> dict[str, tuple[str, Plan | None]]:
    """Each plan named in the file: folded → as it is written, and the plan of the club that is called so."""
    called = {folded(name): plan for plan in Plan.objects.all() for name in (plan.name, plan.name_en) if name}
    return {key: (written, called.get(key)) for key, written in said_in(table, columns, Field.PLAN).items()}


def guessed_groups(table: Table, columns: dict[int, Field]) -> dict[str, tuple[str, Group | None]]:
    """The same of groups, known by their name or their town."""
    groups = list(Group.objects.current().order_by("kind", "pk"))  # local clubs after commissions: a town means its club
    called = {folded(name): group for group in groups for name in (group.city, group.name) if name}
    return {key: (written, called.get(key)) for key, written in said_in(table, columns, Field.GROUP).items()}


# -- tried ---------------------------------------------------------------------------------
def ask_to_try(batch: Import) -> None:
    """Has every line tried, by a task. Raises Refused."""
    _move(batch, [State.NEW, State.READY, State.FAILED], State.CHECKING)
    try_import.enqueue(batch.pk)


def try_out(batch_id: int) -> None:
    """The body of that task."""
    batch = Import.objects.select_related("made_by").filter(pk=batch_id, state=State.CHECKING).first()
    if batch is None:
        return
    with translation.override(batch.language):
        try:
            _report(batch, plan(batch), State.READY, before=State.CHECKING)
        except Refused as refusal:
            _fail(batch, str(refusal), before=State.CHECKING)
        except Exception:  # whatever it is, an import is not left at work for ever
            log.exception("import not tried", extra={"import": batch.pk})
            _fail(batch, _("This file could not be tried: tell whoever looks after the server."), before=State.CHECKING)


def plan(batch: Import) -> Work:
    """What the file would do to the club as it is now."""
    table = table_of(batch)
    told, club, total = described(batch, table), Club.current(), len(table.rows)
    lines = read_lines(table, told, club=club, tell=lambda done: _tell(batch, done, 2 * total))
    return plan_work(lines, told, club=club)


@transaction.atomic
def _report(batch: Import, work: Work, state: str, *, before: str) -> None:
    """The lines of the report in the place of those before; of two tasks at once, one."""
    if Import.objects.filter(pk=batch.pk, state=before).update(state=state, state_at=timezone.now(), counts=work.counts):
        batch.lines.all().delete()
        ImportLine.objects.bulk_create(_lines_of(batch, work), batch_size=BATCH)


def _lines_of(batch: Import, work: Work):
    for line in work.lines:
        outcome, said = work.outcomes[line.number]
        column = ", ".join(dict.fromkeys(heading for heading, _said in line.wrong if heading))
        told = {"name": line.name[:120], "email": line.email[:254], "column": column[:120], "said": " ".join(said)[:300]}
        yield ImportLine(batch=batch, number=line.number, outcome=outcome, **told)


# -- written -------------------------------------------------------------------------------
def confirm(batch: Import, *, by: Member, writes_letters: bool = False) -> None:
    """Has the file written, by a task, by who confirms it. Raises Refused."""
    if not batch.is_whole:
        raise Refused(_("A file is imported whole: mend the lines that are refused, and send it again."), code="refused")
    try:
        with transaction.atomic():
            choices = batch.choices | {"writes_letters": writes_letters}
            _move(batch, [State.READY], State.WRITING, made_by=by, choices=choices)
    except IntegrityError:
        raise Refused(_("Another file is being imported: wait until it is done."), code="another") from None
    write_import.enqueue(batch.pk)


def write(batch_id: int) -> None:
    """The body of that task: everything is worked out first, so that the transaction is short."""
    batch = Import.objects.select_related("made_by").filter(pk=batch_id, state=State.WRITING).first()
    if batch is None:
        return
    with translation.override(batch.language):
        try:
            _write(batch)
        except Refused as refusal:
            _fail(batch, str(refusal), before=State.WRITING)
        except Unwritable as failure:
            _fail(batch, str(failure), before=State.WRITING, line=failure.line)
        except Exception as error:  # whatever it is, everything was rolled back, and an import is not left at work for ever
            log.exception("import not written", extra={"import": batch.pk})
            busy = _("The database was too busy. Nothing was imported: try again in a minute.")
            broken = _("Nothing was imported: tell whoever looks after the server.")
            _fail(batch, busy if isinstance(error, OperationalError) else broken, before=State.WRITING)


def _write(batch: Import) -> None:
    """Raises Unwritable or Refused; what changes while it is worked out has it worked out again."""
    for attempt in range(1, TRIES + 1):
        work = plan(batch)
        if work.counts["refused"]:
            _report(batch, work, State.FAILED, before=State.WRITING)
            raise Refused(_("Lines that were good are refused now, because the club has changed: see the report."))
        _report(batch, work, State.WRITING, before=State.WRITING)
        try:
            return _write_now(batch, work)
        except Unwritable:
            if attempt == TRIES:
                raise


def _write_now(batch: Import, work: Work) -> None:
    """Nothing but the writing is inside the transaction: on SQLite everybody who writes waits for its end."""
    total = len(work.people) + len(work.payments)  # the other half of the way: reading was the first
    writing = Writing(
        work,
        batch=batch,
        standing=batch.choices.get("standing", Member.Standing.MEMBER),
        writes_letters=batch.choices.get("writes_letters", False),
        tell=lambda done: _tell(batch, total + done, 2 * total),
    )
    with transaction.atomic():
        writing.write()
        _move(batch, [State.WRITING], State.DONE, counts=work.counts)
        Entry.objects.write("import.done", batch, by=batch.made_by, note=_facts(work))
        _wipe(batch)


# -- given up, and swept up ------------------------------------------------------------------
@transaction.atomic
def give_up(batch: Import, *, by: Member) -> None:
    """Nothing of it is imported, and nothing stays of what it held. Raises Refused."""
    _move(batch, [State.NEW, State.READY, State.FAILED], State.GIVEN_UP, choices={})
    batch.lines.all().delete()
    _wipe(batch)
    Entry.objects.write("import.give_up", batch, by=by)


def sweep() -> int:
    """Frees imports whose task died: its transaction died with it. Returns how many."""
    lost = list(Import.objects.lost())
    for batch in lost:
        with translation.override(batch.language):
            _fail(batch, _("The work stopped half-way. Nothing was imported: try again."), before=batch.state)
    return len(lost)


def forget(rows) -> None:
    """What is left of people in imports of long ago: files never used, and the lines of reports."""
    for batch in rows:
        batch.lines.all().delete()
        Import.objects.filter(pk=batch.pk).update(choices={})
        _wipe(batch)


def forget_files_about(addresses: list[str]) -> None:
    """Somebody is erased: a file that names them, and was not imported yet, has to be sent again."""
    for batch in Import.objects.exclude(file=""):
        with batch.file.open("rb") as file:
            text = decoded(file.read()).lower()
        if any(address in text for address in addresses):
            _wipe(batch)


def _wipe(batch: Import) -> None:
    """The file goes once that is committed."""
    name, storage = batch.file.name, batch.file.storage
    if name:
        Import.objects.filter(pk=batch.pk).update(file="")
        transaction.on_commit(lambda: storage.delete(name), robust=True)


def _move(batch: Import, before: list[str], after: str, **fields) -> None:
    """One UPDATE of the row in the state it must have: of two people at the same moment one is told."""
    rows = Import.objects.filter(pk=batch.pk, state__in=before)
    if not rows.update(state=after, state_at=timezone.now(), why="", **fields):
        raise Refused(_("This import has moved on meanwhile: look at it again."))
    _tell(batch, 0, 1)
    batch.refresh_from_db()


def _fail(batch: Import, why: str, *, before: str, line: int = 0) -> None:
    if line:
        why = _("Line %(number)s: %(why)s") % {"number": line, "why": why}
        batch.lines.filter(number=line).update(outcome=ImportLine.Outcome.REFUSED, said=why[:300])
    rows = Import.objects.filter(pk=batch.pk, state__in=[before, State.FAILED])
    rows.update(state=State.FAILED, state_at=timezone.now(), why=why[:300])


# -- said of it -------------------------------------------------------------------------------
def _tell(batch: Import, done: int, total: int) -> None:
    """In the cache: what a transaction writes is seen by nobody until it ends."""
    cache.set(f"import:{batch.pk}", (done, total), SHOWN_PROGRESS)


def progress(batch: Import) -> int:
    """Of a hundred."""
    done, total = cache.get(f"import:{batch.pk}") or (0, 1)
    return min(100, round(100 * done / max(total, 1)))


def _lines(number: int) -> str:
    return ngettext("%(n)s line", "%(n)s lines", number) % {"n": number}


def _facts(work: Work) -> str:
    counts = work.counts
    people = ngettext("%(n)s new person", "%(n)s new people", counts["people"]) % {"n": counts["people"]}
    dues = ngettext("%(n)s payment", "%(n)s payments", counts["dues"]) % {"n": counts["dues"]}
    return " · ".join((_lines(counts["lines"]), people, f"{dues}, {euros(Decimal(counts['amount']))}"))
