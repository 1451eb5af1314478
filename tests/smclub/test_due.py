from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from members.models import JobRun
from smclub import due

pytestmark = pytest.mark.django_db


def counting(name="count", every=timedelta(minutes=1)):
    calls = []
    return due.Job(name, every, lambda: calls.append(1)), calls


def test_a_job_runs_once_a_period(time_machine):
    job, calls = counting()
    start = timezone.now()
    for seconds, runs in ((0, 1), (30, 1), (58, 2), (60, 2), (120, 3)):
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        due.run_due([job])
        assert len(calls) == runs, seconds


def test_a_job_that_fails_is_remembered_and_keeps_no_other_from_running():
    def broken():
        raise ValueError("no such letter")

    other, calls = counting()
    assert due.run_due([due.Job("broken", timedelta(minutes=1), broken), other]) == ["broken", "count"]
    row = JobRun.objects.get(job="broken")
    assert (row.error, row.finished_at is not None, calls) == ("ValueError: no such letter", True, [1])


def test_a_run_that_works_again_forgets_the_error(time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    JobRun.objects.create(job="count", error="ValueError: x", started_at=start - timedelta(hours=1))
    job, _calls = counting()
    due.run_due([job])
    assert JobRun.objects.get(job="count").error == ""


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_runs_the_job():
    job, calls = counting()
    JobRun.objects.create(job=job.name)

    def run(_number):
        try:
            return due.run_due([job])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert calls == [1]


def test_every_job_of_the_table_runs_and_may_run_again(time_machine):
    start = timezone.now()
    for day in (0, 2):
        time_machine.move_to(start + timedelta(days=day), tick=False)
        assert due.run_due() == [job.name for job in due.JOBS]
        assert list(JobRun.objects.exclude(error="").values_list("job", "error")) == []


@pytest.mark.django_db(transaction=True)  # the worker closes its connection between tasks
def test_the_worker_s_heartbeat_is_the_worker_s_own(client, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    due.run_due()
    assert due.worker_age() is None
    assert client.get(reverse("readyz")).json()["worker"] == "late"
    call_command("db_worker", "--queue-name", "*", "--batch", "--no-startup-delay", verbosity=0)
    assert client.get(reverse("readyz")).json() == {"database": "ok", "cache": "ok", "worker": "ok", "worker_seconds": 0}
    time_machine.move_to(start + timedelta(minutes=6), tick=False)
    assert client.get(reverse("readyz")).json()["worker"] == "late"
