"""Answers that every visitor without a session gets alike: the page cache and the proxies in front may keep them."""

from functools import wraps

SHARED = "public, max-age=0, s-maxage=60"


def shared(*names: str):
    """A view whose 200 may be kept for other visitors, as long as the query holds no other names than `names`.

    It only says that the *kind* of page may be kept: `page_cache.may_be_kept` looks at the answer. A view that finds its page to
    be for some only (confidential, withdrawn) calls `keep_private` on the response.
    """

    def decorate(view):
        @wraps(view)
        def answer(request, *args, **kwargs):
            return share(request, view(request, *args, **kwargs), *names)

        return answer

    return decorate


def share(request, response, *names: str):
    """As `shared`, for an answer that several views have in common."""
    response.is_shared = request.GET.keys() <= set(names)
    return response


def keep_private(response):
    """No cache, ours or another's, keeps this answer."""
    response.headers["Cache-Control"] = "private, no-store"
    return response
