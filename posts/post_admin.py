"""The editors' desk: posts, categories, series, pages. What makes a post public is done by the verbs of publishing.py."""

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from posts import moderating, publishing
from posts.models import Category, Credit, Page, Post, Series
from posts.previews import preview_path
from smclub.clocks import MomentField
from smclub.desk import EVERYWHERE, ClubInline, ClubModelAdmin
from smclub.words import slug as slug_of

MARKDOWN = _(
    "Markdown: ## heading, **bold**, *italic*, [link](https://…), - list, > quotation, | table |, note[^1]."
    " HTML is shown as it is typed."
)


class PostForm(forms.ModelForm):
    class Meta:
        model = Post
        fields = "__all__"  # noqa: DJ007  # the fieldsets say which
        help_texts = {
            "slug": _(
                "End of the address of the page. Empty: made of the title."
                " Changed later, the old address still leads to the page."
            ),
            "kind": _("A write-up tells of a meeting, an opinion is argued and signed, a brief is a few lines long."),
            "lang": _("The one that the text is written in."),
            "audience": _("Of a post for members, visitors read the title, the excerpt and how to join."),
            "excerpt": _(
                "Two or three sentences: under the title, in lists and in feeds."
                " Empty: the first words of the text, unless it is for members."
            ),
            "categories": _("One or two; the topics say the detail."),
            "series_position": _("Order of reading, 1 first. Empty: after those that have a number, by date."),
            "mentions": _("The post is listed on their pages too."),
            "first_published_in": _("Name of the site or magazine."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean_slug(self):
        """Typed, else made of the title; once the post has an address, one that no other post of that day has."""
        slug = self.cleaned_data["slug"] or slug_of(self.cleaned_data.get("title", ""))[:200] or "article"
        taken = Q(address_on=self.instance.address_on, slug=slug) if self.instance.address_on else Q(pk__in=[])
        if Post.objects.filter(taken).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(publishing.SlugTaken.text, code="slug")
        return slug

    def clean(self):
        cleaned = super().clean()
        original = cleaned.get("original")
        if original and original.lang == cleaned.get("lang"):
            self.add_error("original", forms.ValidationError(_("A translation is in the other language."), code="lang"))
        if original and original.original_id:
            self.add_error("original", forms.ValidationError(_("This is a translation: choose its original."), code="chain"))
        return cleaned


class ScheduleForm(forms.Form):
    at = MomentField(label=_("Publish on"))

    def clean_at(self):
        at = self.cleaned_data["at"]
        if at <= timezone.now():
            raise forms.ValidationError(publishing.NotToCome.text, code="past")
        return at


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [(state, label) for state, label in Post.STATES.items()]

    def queryset(self, request, queryset):
        return getattr(queryset, self.value())() if self.value() in Post.STATES else queryset


class CreditInline(ClubInline):
    model = Credit
    extra = 1
    fields = ["person", "organisation", "role", "position"]
    autocomplete_fields = ["person", "organisation"]
    ordering = ["position", "pk"]


@admin.register(Post)
class PostAdmin(ClubModelAdmin):
    refusals = (publishing.Refused,)
    form = PostForm
    list_display = ["title", "state", "kind", "lang", "writers", "published_at", "audience"]
    list_filter = [StateFilter, "kind", "lang", "audience", "categories", "series"]
    search_fields = ["title", "slug", "excerpt", "credits__person__name", "credits__organisation__name"]
    search_help_text = _("Title, slug, excerpt or who signs")
    date_hierarchy = "published_at"
    ordering = ["-published_at", "-pk"]
    list_per_page = 50
    autocomplete_fields = ["original", "series", "cover", "event", "mentions"]
    filter_horizontal = ["categories"]
    inlines = [CreditInline]
    actions = ["submit", "publish", "schedule", "withdraw"]
    readonly_fields = ["state", "published_at", "cover_preview", "preview"]
    save_on_top = True
    fieldsets = [
        (None, {"fields": ["state", "published_at", "preview", "title", "slug", "kind", "lang", "original", "audience"]}),
        (_("Text"), {"fields": ["excerpt", "takeaways", "body"], "description": MARKDOWN}),
        (_("Cover"), {"fields": ["cover", "cover_preview"], "description": _("Without a picture, a cover is drawn.")}),
        (_("Filed under"), {"fields": ["categories", "topics", "series", "series_position", "event", "mentions"]}),
        (
            _("First published elsewhere"),
            {"fields": ["first_published_in", "first_published_on", "first_published_url"], "classes": ["collapse"]},
        ),
    ]

    # -- who may ------------------------------------------------------------------
    def has_publish_permission(self, request, obj=None):
        return request.user.has_perm("posts.publish_post")

    def has_change_permission(self, request, obj=None):
        """Who may not publish changes drafts of their own, until an editor published them."""
        allowed = super().has_change_permission(request, obj)
        if not allowed or obj is None or self.has_publish_permission(request):
            return allowed
        return obj.created_by_id == request.user.pk and obj.published_at is None

    def has_delete_permission(self, request, obj=None):
        return False  # a post is withdrawn

    def get_queryset(self, request):
        return super().get_queryset(request).on_desk_of(request.user).with_credits()

    def get_prepopulated_fields(self, request, obj=None):
        return {"slug": ["title"]} if obj is None and self.has_add_permission(request) else {}

    # -- columns ------------------------------------------------------------------
    @admin.display(description=_("state"))
    def state(self, post):
        return Post.STATES[post.state]

    @admin.display(description=_("by"))
    def writers(self, post):
        return ", ".join(credit.who.name for credit in post.writers)

    @admin.display(description=_("picture"))
    def cover_preview(self, post):
        if not post.cover:
            return "–"
        return format_html('<img src="{}" alt="{}" width="320">', post.cover.small_url, post.cover.description)

    @admin.display(description=_("preview"))
    def preview(self, post):
        if not post.pk or post.is_published:
            return "–"
        text = _("Read it as it will be (this link lasts 7 days and asks for no account)")
        return format_html('<a href="{}">{}</a>', preview_path(post), text)

    def view_on_site(self, post):
        """Of the post as it is kept: a form shown again may hold a slug that no address can."""
        kept = Post.objects.get(pk=post.pk)
        return kept.get_absolute_url() if kept.is_published else preview_path(kept)

    # -- saving and deeds ---------------------------------------------------------
    def save_model(self, request, obj, form, change):
        """A new post is its author's; a slug that changes leaves the old address behind."""
        renamed = change and obj.address_on and "slug" in form.changed_data
        slug, obj.slug = obj.slug, form.initial["slug"] if renamed else obj.slug
        obj.created_by = obj.created_by if change else request.user
        super().save_model(request, obj, form, change)
        if renamed:
            self._rename(request, obj, slug)

    def _rename(self, request, post, slug) -> None:
        try:
            post.slug = publishing.rename(post, slug=slug, by=request.user).slug
        except publishing.Refused as refusal:  # taken since the form was checked
            self.message_user(request, str(refusal), messages.WARNING)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        moderating.join_discussions(form.instance)
        publishing.changed(form.instance)

    @admin.action(description=_("Submit to the editors"), permissions=["change"], location=EVERYWHERE)
    def submit(self, request, queryset):
        self.do(request, queryset, publishing.submit)

    @admin.action(description=_("Publish now"), permissions=["publish"], location=EVERYWHERE)
    def publish(self, request, queryset):
        self.do(request, queryset, publishing.publish)

    @admin.action(description=_("Publish later…"), permissions=["publish"], location=EVERYWHERE)
    def schedule(self, request, queryset):
        return self.ask(request, queryset, publishing.schedule, ScheduleForm, action="schedule", title=_("Publish later"))

    @admin.action(description=_("Withdraw from the site"), permissions=["publish"], location=EVERYWHERE)
    def withdraw(self, request, queryset):
        self.do(request, queryset, publishing.withdraw)


@admin.register(Category)
class CategoryAdmin(ClubModelAdmin):
    list_display = ["name", "name_en", "slug", "gathers_language", "position"]
    search_fields = ["name", "name_en", "slug"]
    ordering = ["position", "name"]
    prepopulated_fields = {"slug": ["name"]}

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj or not self.has_add_permission(request) else self.prepopulated_fields


@admin.register(Series)
class SeriesAdmin(ClubModelAdmin):
    list_display = ["title", "slug", "lang"]
    list_filter = ["lang"]
    search_fields = ["title", "slug"]
    ordering = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    fieldsets = [(None, {"fields": ["title", "slug", "lang", "description"], "description": MARKDOWN})]

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj or not self.has_add_permission(request) else self.prepopulated_fields


@admin.register(Page)
class PageAdmin(ClubModelAdmin):
    paragraphs = ("description",)
    list_display = ["title", "slug", "lang", "updated_at"]
    list_filter = ["lang"]
    search_fields = ["title", "slug", "body"]
    ordering = ["slug", "lang"]
    fieldsets = [(None, {"fields": ["title", "slug", "lang", "description", "body"], "description": MARKDOWN})]

    def view_on_site(self, page):
        return page.canonical_url()
