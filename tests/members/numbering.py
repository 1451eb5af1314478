"""Clients that are real processes: each makes the invoice of one dues at the same moment as the others."""

import multiprocessing
import os
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 60


def _client(name, pk, barrier, answers, is_unlocked):
    from django.db import connections

    from members import invoicing
    from members.models import Dues
    from members.models.invoice import InvoiceSeries, SeriesQuerySet

    settings = connections["default"].settings_dict
    settings["NAME"] = name
    if settings["ENGINE"].endswith("postgresql"):
        settings["OPTIONS"].pop("pool", None)
    if is_unlocked:

        def read_then_dawdle(queryset, year):
            series, _made = InvoiceSeries.objects.get_or_create(year=year)
            time.sleep(0.3)
            series.last += 1
            series.save()
            return series

        SeriesQuerySet.lock = read_then_dawdle
    dues = Dues.objects.get(pk=pk)
    barrier.wait(TIMEOUT)
    try:
        answer = invoicing.issue(dues, by=None).number
    except invoicing.Refused as refusal:
        answer = f"refused: {refusal.code}"
    except Exception as error:  # the parent must hear of it, whatever it is
        answer = f"error: {type(error).__name__}: {error}"
    connections["default"].close()
    answers.put(answer)


def issue_at_once(name: str, keys: list[int], *, is_unlocked: bool = False) -> list[str]:
    """The answer of each; no test thread may hold a connection."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.events.rush_server"])
    os.environ["PYTHONPATH"] = str(ROOT)  # the server is a Python of its own and looks nowhere else
    barrier, answers = context.Barrier(len(keys)), context.Queue()
    clients = [context.Process(target=_client, args=(name, pk, barrier, answers, is_unlocked)) for pk in keys]
    for client in clients:
        client.start()
    got = [answers.get(timeout=TIMEOUT) for _client in clients]
    for client in clients:
        client.join(TIMEOUT)
    return got
