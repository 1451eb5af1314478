"""What people do with all that the site holds of them: a copy of it, and its end."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.models import Entry, Export
from members.proof import proven
from smclub import exporting

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@login_required
def my_data(request):
    return render(request, "my_data.html", {"export": Export.objects.of(request.user)})


@require_form
@never_cache
@proven
def export(request):
    """Asks for a copy, once it is certain who asks; whoever comes back from saying so presses the button again."""
    if request.method == "POST":
        try:
            exporting.ask(request.user)
            messages.success(request, _("Your copy is being made. A letter tells you when it is ready."))
        except exporting.Refused as refusal:
            messages.error(request, str(refusal))
    return redirect("my_data")


@require_safe
@never_cache
@proven
def download(request, pk):
    """Theirs alone, whoever has the address, and for a day."""
    found = get_object_or_404(Export.objects.ready().filter(member=request.user), pk=pk)
    Entry.objects.write("data.download", request.user, by=request.user)
    return FileResponse(found.file.open(), as_attachment=True, filename=_("my-data.zip"), content_type="application/zip")
