"""What meetings leave, at the desk."""

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from events import attaching
from events.models import Attachment, Event
from smclub.desk import ClubModelAdmin, keys

PAPER, ELSEWHERE, IMAGE = ("file", "url"), ("url",), ("picture",)
TAKES = {  # kind -> fields
    **dict.fromkeys(("slides", "document", "minutes"), PAPER),
    **dict.fromkeys(("video", "link"), ELSEWHERE),
    "photo": IMAGE,
}
MISSING = {
    PAPER: _("Send a file, or give its address."),
    ELSEWHERE: _("Give its address."),
    IMAGE: _("Choose a picture, or add one."),
}


class AttachmentForm(forms.ModelForm):
    class Meta:
        help_texts = {
            "url": _(
                "Of a video, a press article, or slides that are elsewhere. Nothing of it is loaded before somebody follows it."
            ),
            "file": _("For slides, documents and minutes: PDF, office document or plain text, at most 25 MB."),
            "picture": _("For a photograph: its credit and its description are those of the picture."),
        }

    def clean(self):
        """Said beside the field; the constraint of the table says it of the row."""
        values = super().clean()
        takes = TAKES.get(values.get("kind"), ())
        given = {name for name in ("url", "file", "picture") if values.get(name) or name in self.errors}
        for name in given.difference(takes):
            self.add_error(name, forms.ValidationError(_("This kind takes none: leave it empty."), code="not_its_kind"))
        if takes and not given.intersection(takes):
            self.add_error(takes[0], forms.ValidationError(MISSING[takes], code="missing"))
        if takes == ("file", "url") and given.issuperset(takes):
            self.add_error("url", forms.ValidationError(_("A file or an address, not both."), code="twice"))
        return values

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if isinstance(upload, UploadedFile):
            attaching.check_document(upload)
        return upload


@admin.register(Attachment)
class AttachmentAdmin(ClubModelAdmin):
    form = AttachmentForm
    list_display = ["__str__", "kind", "event", "source", "is_for_members", "position"]
    list_filter = ["kind", "is_for_members", ("event", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["event", "picture"]
    search_fields = ["title", "source", "event__title"]
    ordering = ["-event__starts_at", "position", "pk"]
    fields = ["event", "kind", "title", "source", "url", "file", "picture", "is_for_members", "position"]
    autocomplete_fields = ["event", "picture"]

    def get_queryset(self, request):
        return super().get_queryset(request).run_by(request.user)

    def get_changeform_initial_data(self, request):
        """From the list of one meeting, the next one is of that meeting; of an assembly, it is for members unless unticked."""
        listed = QueryDict(request.GET.get("_changelist_filters", ""))
        told = {"event": listed["event__id__exact"]} if "event__id__exact" in listed else {}
        told |= super().get_changeform_initial_data(request)
        assemblies = Event.objects.filter(pk__in=keys([str(told.get("event", ""))]), kind=Event.Kind.ASSEMBLY)
        return {"is_for_members": assemblies.exists()} | told

    def save_model(self, request, obj, form, change):
        attaching.keep(obj)

    def delete_model(self, request, obj):
        attaching.discard(obj)

    def delete_queryset(self, request, queryset):
        for attachment in queryset:
            attaching.discard(attachment)
