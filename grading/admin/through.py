"""Going through a list row by row: each page knows the list that it was opened from, and what comes next."""

from __future__ import annotations

from copy import copy
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from schedule.admin.taught import TaughtAdmin

FILTERS = "_changelist_filters"
"""The parameter in which Django's administration keeps the list that a page was opened from."""


class Order(ChangeList):
    """The same rows in the same order, where only their ids are asked for."""

    def get_results(self, request: HttpRequest) -> None:
        self.result_list = self.queryset


class ThroughAdmin(TaughtAdmin):
    """A list that is gone through: ``listing`` is what shows it."""

    listing: type[ChangeList] = ChangeList

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Order if hasattr(request, "only_order") else self.listing

    def queue(self, request: HttpRequest) -> list[int]:
        """The ids of the list that the page was opened from, in its order; of what waits, if from none."""
        probe = copy(request)
        probe.GET = QueryDict(request.GET.get(FILTERS, ""))
        probe.only_order = True  # type: ignore[attr-defined]
        try:
            listed = self.get_changelist_instance(probe).queryset
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            return []
        return list(listed.values_list("pk", flat=True))

    def open_to(self, request: HttpRequest, queue: list[int]) -> set[int]:
        """Those of the rows that are the reader's to go on to."""
        return set(queue)

    def following(self, request: HttpRequest, pk: int, queue: list[int]) -> int | None:
        """The row to go on to after this one: the next in the list, else the first."""
        after = queue[queue.index(pk) + 1 :] if pk in queue else []
        mine = self.open_to(request, queue) - {pk}
        return next((each for each in (*after, *queue) if each in mine), None)

    def list_address(self, request: HttpRequest) -> str:
        """The list that the page was opened from."""
        filters = request.GET.get(FILTERS, "")
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return address + (f"?{filters}" if filters else "")

    def page_address(self, request: HttpRequest, pk: int) -> str:
        """A row's page that knows the same list."""
        filters = request.GET.get(FILTERS, "")
        query = f"?{urlencode({FILTERS: filters})}" if filters else ""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk]) + query
