from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import retarget

from events.models import Event
from posts import discussing, moderating
from posts.comment_forms import CommentForm, EditForm, ProseField
from posts.models import Comment, Post
from smclub.markdown import COMMENT
from smclub.markdown import render as render_markdown

shows_or_takes = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@shows_or_takes
@login_required
def comment_on_event(request, pk):
    return _write(request, get_object_or_404(Event.objects.visible_to(request.user), pk=pk))


@never_cache
@shows_or_takes
@login_required
def comment_on_post(request, pk):
    return _write(request, get_object_or_404(Post.objects.visible_to(request.user), pk=pk))


@never_cache
@shows_or_takes
@login_required
def comment_reply(request, pk):
    parent = get_object_or_404(_comments(request).counted(), pk=pk)
    return _write(request, _thing(request, parent), parent=parent)


@never_cache
@shows_or_takes
@login_required
def comment_edit(request, pk):
    comment = get_object_or_404(_comments(request).by(request.user), pk=pk)
    form = EditForm(request.POST if request.method == "POST" else None, initial={"body": comment.body})
    if form.is_valid():
        try:
            moderating.edit(comment, member=request.user, **form.cleaned_data)
            return _done(request, _thing(request, comment), comment, _said(comment, _("Your comment is changed.")))
        except moderating.Refused as refusal:
            form.add_error(refusal.field, str(refusal))
    return _form(request, form, _thing(request, comment), title=_("Edit your comment"), label=_("Save"))


@never_cache
@shows_or_takes
@login_required
def comment_withdraw(request, pk):
    comment = get_object_or_404(_comments(request).by(request.user), pk=pk)
    thing, refusal = _thing(request, comment), None
    if request.method == "POST":
        try:
            moderating.withdraw(comment, member=request.user)
            messages.success(request, _("Your comment is withdrawn."))
            return redirect(discussing.place_of(comment, thing, visitor=request.user, anchor="comments"))
        except moderating.Refused as refused:
            refusal = refused
    return render(request, "posts/comments/comment_withdraw.html", {"comment": comment, "thing": thing, "refusal": refusal})


@never_cache
@require_safe
def comment_permalink(request, pk):
    """To its place on the page of what is discussed, in the language of that page."""
    comment = get_object_or_404(_comments(request).nodes_for(request.user), pk=pk)
    thing = _thing(request, comment)
    with translation.override(thing.lang):
        return redirect(discussing.place_of(comment, thing, visitor=request.user))


@never_cache
@require_POST
@login_required
def comment_preview(request):
    body = ProseField().to_python(request.POST.get("body", ""))[:5000].replace("\0", "")
    return render(request, "posts/comments/_preview.html", {"html": render_markdown(body, profile=COMMENT)})


def _comments(request):
    return Comment.objects.in_discussions_of(request.user).select_related("discussion", "member")


def _thing(request, comment: Comment) -> Event | Post:
    thing = comment.discussion.thing_for(request.user, language=get_language())
    if thing is None:  # withdrawn from publication between two questions
        raise Http404
    return thing


def _write(request, thing, *, parent=None):
    if discussing.is_withheld(thing, visitor=request.user):
        raise Http404
    form = CommentForm(request.POST if request.method == "POST" else None, member=request.user, is_answer=parent is not None)
    if form.is_valid():
        try:
            comment = _send(thing, parent, member=request.user, **form.cleaned_data)
            return _done(request, thing, comment, _said(comment, _("Your comment is published.")))
        except moderating.Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    title = _("Answer a comment") if parent else _("Comment")
    return _form(request, form, thing, parent=parent, title=title, label=_("Publish"))


def _send(thing, parent, **said) -> Comment:
    return moderating.reply(parent, **said) if parent else moderating.post(thing, **said)


def _said(comment: Comment, published: str) -> str:
    """What its author is told; whoever filled the trap is told nothing else than thank you."""
    if comment.is_visible:
        return published
    if comment.is_pending:
        return _("Thank you. Your comment is waiting for approval: only you and the moderators see it until then.")
    return _("Thank you, your message has been received.")


def _done(request, thing, comment: Comment, notice: str):
    if request.htmx:
        number = discussing.page_holding(comment, visitor=request.user)
        context = discussing.section(thing, visitor=request.user, notice=notice, number=number) | {"fresh": comment.pk}
        response = render(request, "posts/comments/_discussion.html", context)
        response["HX-Reswap"] = f"outerHTML show:#{comment.anchor}:top"
        return retarget(response, "#comments")
    messages.success(request, notice)
    anchor = comment.anchor if comment.is_visible or comment.is_pending else "comments"
    return redirect(discussing.place_of(comment, thing, visitor=request.user, anchor=anchor))


def _form(request, form, thing, *, title, label, parent=None):
    context = {"form": form, "thing": thing, "parent": parent, "title": title, "label": label, "action": request.path}
    if request.htmx:
        context["form_id"] = f"form-{request.resolver_match.url_name}-{request.resolver_match.kwargs['pk']}"
        form.auto_id = f"{context['form_id']}-%s"  # another box is open on the same page
        form.fields["body"].widget.attrs["autofocus"] = True
        return render(request, "posts/comments/_form.html", context)
    return render(request, "posts/comments/comment_form.html", context)
