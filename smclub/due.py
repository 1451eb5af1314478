"""The one table of periodic jobs, run by `manage.py run_due` every minute, on any number of machines.

Each job is safe twice at once, and a run that died is simply run again at the next period.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.management import call_command
from django.db.models import Q
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext_noop as _  # the journal of jobs says them in the reader's language

from events import news as new_meetings
from events import reminding
from members import joining, mandating, outbox, picturing, telling, treasury
from members.importing import deeds as importing
from members.models import Entry, JobRun, KnownBrowser
from posts import news as write_ups
from smclub import concealing, erasing, exporting, farewell, retention, sealing

log = logging.getLogger("smclub.due")

SLACK = timedelta(seconds=5)  # a loop that is late by a second must not skip a whole period
WORKER = _("worker")  # the row that the task worker itself writes


@dataclass(frozen=True)
class Job:
    name: str
    every: timedelta
    run: Callable[[], object]


@task(queue_name="default")
def beat() -> None:
    """Run by the task worker: proof that it is alive."""
    now = timezone.now()
    JobRun.objects.update_or_create(job=WORKER, defaults={"started_at": now, "finished_at": now, "error": ""})


def _forget_sessions() -> None:
    call_command("clearsessions")


def _forget_task_results() -> None:
    call_command("prune_db_task_results", queue_name="*", min_age_days=7, failed_min_age_days=30, verbosity=0)


JOBS = (
    Job(_("new meetings, to their groups"), timedelta(minutes=5), new_meetings.tell_new_meetings),
    Job(_("thanks, the day after"), timedelta(minutes=5), new_meetings.thank),
    Job(_("reminders of meetings"), timedelta(minutes=5), reminding.remind),
    Job(_("write-ups, to who went"), timedelta(minutes=5), write_ups.tell_write_ups),
    Job(_("news"), timedelta(minutes=1), telling.sweep),
    Job(_("letters"), timedelta(minutes=1), outbox.sweep),
    Job(_("worker heartbeat"), timedelta(minutes=1), beat.enqueue),
    Job(_("ends of mandates"), timedelta(hours=6), mandating.sweep),
    Job(_("variants of pictures"), timedelta(minutes=10), picturing.sweep),
    Job(_("pictures taken back"), timedelta(minutes=1), concealing.sweep_if_changed),
    Job(_("files of no picture"), timedelta(days=1), picturing.remove_orphans),
    Job(_("addresses never verified"), timedelta(days=1), joining.forget_strangers),
    Job(_("seats of blocked accounts"), timedelta(minutes=15), farewell.give_back_seats),
    Job(_("copies of people’s data"), timedelta(minutes=10), exporting.sweep),
    Job(_("accounts to erase"), timedelta(minutes=10), erasing.sweep),
    Job(_("what is kept no longer"), timedelta(days=1), retention.apply),
    Job(_("sealed records"), timedelta(days=1), sealing.purge),
    Job(_("old lines of the log"), timedelta(days=1), Entry.objects.forget_old),
    Job(_("browsers not seen again"), timedelta(days=1), KnownBrowser.objects.forget_old),
    Job(_("imports whose task died"), timedelta(minutes=5), importing.sweep),
    Job(_("reminders of dues"), timedelta(hours=12), treasury.remind),
    Job(_("old sessions"), timedelta(days=1), _forget_sessions),
    Job(_("old task results"), timedelta(days=1), _forget_task_results),
)


def run_due(jobs=JOBS) -> list[str]:
    """Runs the jobs whose period is over; returns their names, failed ones included."""
    done = []
    for job in jobs:
        if _claim(job, timezone.now()):
            _run(job)
            done.append(job.name)
    return done


def _claim(job: Job, now: datetime) -> bool:
    """Of several callers at once, one gets True: the update of one row decides."""
    JobRun.objects.get_or_create(job=job.name)
    over = Q(started_at=None) | Q(started_at__lte=now - job.every + SLACK)
    return JobRun.objects.filter(over, job=job.name).update(started_at=now, finished_at=None, error="") == 1


def _run(job: Job) -> None:
    error = ""
    try:
        job.run()
    except Exception as failure:  # one job that fails, for whatever reason, must not keep the others from running
        log.exception("periodic job failed", extra={"job": job.name})
        error = f"{type(failure).__name__}: {failure}"[:250]
    JobRun.objects.filter(job=job.name).update(finished_at=timezone.now(), error=error)


def worker_age() -> timedelta | None:
    """How long ago the task worker last proved to be alive; None when it never did."""
    seen = JobRun.objects.filter(job=WORKER).values_list("finished_at", flat=True).first()
    return timezone.now() - seen if seen else None
