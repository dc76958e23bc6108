"""How fast and how long the discussion of a post runs: editors slow it down, close it with a reason, and open it again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from blog.forms.desk import CloseForm, SlowForm
from blog.views.desk import DeskPostMixin
from commons.contributions.actions import close_thread, slow_thread
from commons.people.views.typed import KeepsTypedMixin


class ThreadMixin(DeskPostMixin):
    """The discussion of a post that readers know, or will at its time."""

    permission_required = "blog.keep_thread"

    def has_permission(self) -> bool:
        return super().has_permission() and self.post_shown.public_from is not None


class ThreadView(KeepsTypedMixin, ThreadMixin, FormView):
    """A form about the discussion."""

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class ThreadSlowView(ThreadView):
    template_name = "blog/desk_slow.html"
    form_class = SlowForm

    def get_initial(self) -> dict[str, Any]:
        return {"minutes": self.post_shown.thread.slow_minutes}

    def form_valid(self, form: SlowForm) -> HttpResponse:
        thread = slow_thread(self.post_shown.thread, by=self.request.user, minutes=form.cleaned_data["minutes"])
        messages.success(
            self.request,
            _("The discussion is slowed down.") if thread.slow_minutes else _("Nobody has to wait any more."),
        )
        return redirect(f"{self.address}#discussion")


class ThreadCloseView(ThreadView):
    template_name = "blog/desk_close.html"
    form_class = CloseForm

    def form_valid(self, form: CloseForm) -> HttpResponse:
        moment = form.cleaned_data["moment"]
        close_thread(
            self.post_shown.thread,
            by=self.request.user,
            closes_at=moment or timezone.now(),
            reason=form.cleaned_data["reason"],
        )
        messages.success(
            self.request,
            _("The discussion closes at that time.") if moment else _("The discussion is closed. What was said stays."),
        )
        return redirect(f"{self.address}#discussion")


class ThreadOpenView(ThreadMixin, View):
    """One button: people may speak again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        close_thread(self.post_shown.thread, by=request.user, closes_at=None)
        messages.success(request, _("The discussion is open."))
        return redirect(f"{self.address}#discussion")
