"""What monitors and load balancers ask."""

from datetime import timedelta

from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from smclub import due

WORKER_LATE = timedelta(minutes=5)


@require_safe
@never_cache
def healthz(request):
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request):
    """The process can serve: database and cache answer (an error page otherwise).

    A task worker that is late or gone is said, but pages are still served: letters wait, visitors must not.
    """
    age = due.worker_age()
    cache.get("readyz")
    seconds = None if age is None else round(age.total_seconds())
    worker = "ok" if age is not None and age < WORKER_LATE else "late"
    return JsonResponse({"database": "ok", "cache": "ok", "worker": worker, "worker_seconds": seconds})
