"""What people do with all that the site holds of them: a copy of it, and its end."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.models import Entry, Erasure, Export
from members.models.member import fold_email
from members.proof import proven
from smclub import erasing, exporting


class EraseForm(forms.Form):
    """The address is typed again: nobody erases an account by one click."""

    erases_comments = forms.BooleanField(
        label=gettext_lazy("Erase my comments too"),
        required=False,
        help_text=gettext_lazy("Otherwise their words stay, without your name, so that the answers to them can be understood."),
    )
    keeps_name = forms.BooleanField(
        label=gettext_lazy("Leave my name on what I signed"),
        required=False,
        help_text=gettext_lazy("Your articles, and the meetings where you spoke. Otherwise they say “Membre supprimé”."),
    )
    address = forms.EmailField(
        label=gettext_lazy("Your e-mail address"), help_text=gettext_lazy("Type it, so that this is no slip.")
    )

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_address(self):
        if fold_email(self.cleaned_data["address"]) != self.member.email:
            raise forms.ValidationError(_("This is not the address of this account."), code="other")
        return self.cleaned_data["address"]


require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@login_required
def my_data(request):
    context = {"export": Export.objects.of(request.user), "erasure": Erasure.objects.of(request.user)}
    return render(request, "my_data.html", context)


@require_form
@never_cache
@proven
def export(request):
    """Asks for a copy, once it is certain who asks; whoever comes back from saying so presses the button again."""
    if request.method == "POST":
        try:
            exporting.ask(request.user)
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


@require_form
@never_cache
@proven
def erase(request):
    """Asks for the end of the account, a day from now."""
    form = EraseForm(request.POST if request.method == "POST" else None, member=request.user)
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("erases_comments", "keeps_name")}
        try:
            erasing.ask(request.user, by=request.user, **wanted)
            return redirect("my_data")
        except erasing.Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "my_data_erase.html", {"form": form})


@require_POST
@login_required
def keep(request):
    """Gives the erasure up."""
    erasing.withdraw(request.user, by=request.user)
    messages.success(request, _("Your account stays."))
    return redirect("my_data")
