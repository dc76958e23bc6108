"""The page on which a person finds everything we told them."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import ListView

from commons.digests.actions import mark_notices_seen
from commons.digests.models import Notice
from commons.digests.reports import unseen_count


class NoticeListView(PermissionRequiredMixin, ListView):
    """Reading changes nothing; a button marks all as read."""

    permission_required = "digests.list_notices"
    template_name = "digests/notice_list.html"
    context_object_name = "notices"
    paginate_by = 50

    def get_queryset(self) -> Any:
        return Notice.objects.visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(unseen=unseen_count(self.request.user), **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        mark_notices_seen(by=request.user)
        return redirect("digests:notice-list")
