"""Pages of a list: whatever is asked for as a number, a page is the answer."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from smclub.keeping import kept

MANY = 1000  # rows: those behind the middle of so many are read from the end


class ListPaginator(Paginator):
    """One whose count may be kept, and that does not read a long list from its beginning to show its end."""

    kept_as = ""

    @cached_property
    def count(self) -> int:
        return kept(f"count:{self.kept_as}", self._count) if self.kept_as else self._count()

    def _count(self) -> int:
        return Paginator(self.object_list, self.per_page).count

    def page(self, number) -> Page:
        page = super().page(number)
        bottom = (page.number - 1) * self.per_page
        if isinstance(self.object_list, QuerySet) and self.count >= MANY and bottom > self.count / 2:
            top = min(bottom + self.per_page, self.count)
            page.object_list = list(self.object_list.reverse()[self.count - top : self.count - bottom])[::-1]
        return page


def page_of(rows, number, *, per_page: int = 20, kept_as: str = "") -> Page:
    """The page `number` (as typed in the address) of ordered `rows`: the first when it is no number, the last beyond the end.

    `kept_as` names rows that are the same for everybody: how many there are is then counted once in an edition.
    """
    paginator = ListPaginator(rows, per_page)
    paginator.kept_as = kept_as
    return paginator.get_page(number)
