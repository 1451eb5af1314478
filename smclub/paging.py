"""Pages of a list: whatever is asked for as a number, a page is the answer."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from smclub.keeping import kept

MANY = 1000  # rows: those behind the middle of so many are read from the end


class ListPaginator(Paginator):
    """One that may keep its count or its order, and does not read a long list from its beginning to show its end."""

    object_list: Any
    kept_as = ""
    shown: QuerySet | None = None

    @cached_property
    def count(self) -> int:
        if self.shown is not None:
            return len(self.order)
        return kept(f"count:{self.kept_as}", self._count) if self.kept_as else self._count()

    def _count(self) -> int:
        return Paginator(self.object_list, self.per_page).count

    @cached_property
    def order(self) -> list:
        return kept(f"order:{self.kept_as}", lambda: list(self.object_list.values_list("pk", flat=True)))

    def page(self, number) -> Page:
        page = super().page(number)
        bottom = (page.number - 1) * self.per_page
        top = min(bottom + self.per_page, self.count)
        if self.shown is not None:
            rows = self.shown.in_bulk(self.order[bottom:top])
            page.object_list = [rows[pk] for pk in self.order[bottom:top] if pk in rows]
        elif isinstance(self.object_list, QuerySet) and self.count >= MANY and bottom > self.count / 2:
            page.object_list = list(self.object_list.reverse()[self.count - top : self.count - bottom])[::-1]
        return page


def page_of(rows, number, *, per_page: int = 20, kept_as: str = "", shown: QuerySet | None = None) -> Page:
    """The page `number` (as typed in the address) of ordered `rows`: the first when it is no number, the last beyond the end.

    `kept_as` names rows that are the same for all who are given that name: how many there are is then counted once in an edition.
    With `shown` their order is kept as well, and only those of the page are read, from `shown`: for what is dear to put in order.
    """
    paginator = ListPaginator(rows, per_page)
    paginator.kept_as = kept_as
    paginator.shown = shown if kept_as else None
    return paginator.get_page(number)
