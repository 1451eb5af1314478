"""Pages of a list: whatever is asked for as a number, a page is the answer."""

from django.core.paginator import Page, Paginator


def page_of(rows, number, *, per_page: int = 20) -> Page:
    """The page `number` (as typed in the address) of ordered `rows`: the first when it is no number, the last beyond the end."""
    return Paginator(rows, per_page).get_page(number)
