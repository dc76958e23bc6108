"""Photographs of flipcharts: taken in from a table, and shown to everybody once they are published."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from commons.imaging import PictureRefused, draw
from consultation.actions.capture import NotOpen, PhotoRefused, add_photo, check_open, publish_photo
from consultation.forms.capture import PhotoForm
from consultation.models import EventPhoto
from consultation.views.capture.doors import table_of
from consultation.views.capture.sending import told
from consultation.views.one_event import EventMixin


@method_decorator(csrf_exempt, name="dispatch")
class TablePhotoView(EventMixin, View):
    """A photograph, from the form or from the script, with the token of its table."""

    public = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        token = request.POST.get("token")
        if not token:
            # Without it nothing tells which table it is of: no form of ours sent it.
            return render(request, "403_csrf.html", status=403)
        table = table_of(self.event, token)
        if table is None:
            return self._refused(403, _("Type the code of your table again, and then choose the photograph once more."))
        form = PhotoForm(request.POST, request.FILES)
        if not form.is_valid():
            why = next(iter(form.errors.values()))[0]
            return self._refused(422, str(why))
        given = form.cleaned_data
        try:
            check_open(self.event)
            add_photo(table, by=None, key=given["id"], drawn=draw(given["file"]))
        except (PictureRefused, PhotoRefused) as why:
            return self._refused(422, str(why))
        except NotOpen as why:
            return self._refused(403, str(why))
        if self._is_script:
            return told(200, held=[str(given["id"])])
        messages.success(request, _("The photograph is with us."))
        return redirect("consultation:event-table", self.event.slug)

    @property
    def _is_script(self) -> bool:
        return self.request.headers.get("Accept") == "application/json"

    def _refused(self, status: int, why: str) -> HttpResponse:
        if self._is_script:
            return told(status, why)
        back = reverse("consultation:event-table", args=[self.event.slug])
        words = {"event": self.event, "why": why, "back": back}
        page = render_to_string("consultation/event_photo_refused.html", words, self.request)
        return HttpResponse(page, status=status)


class PhotoView(EventMixin, View):
    """The bytes of a photograph: to everybody once it is published, before that to staff and facilitators. Its POST publishes it,
    or takes it back."""

    public = True
    http_method_names = ["get", "head", "post"]

    @cached_property
    def photo(self) -> EventPhoto:
        photo = get_object_or_404(EventPhoto, pk=self.kwargs["pk"], table__event=self.event)
        if photo.published_at is None and not self._may:
            raise Http404
        return photo

    @cached_property
    def _may(self) -> bool:
        user = self.request.user
        return user.is_authenticated and user.has_perm("consultation.group_notes", self.event)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(bytes(self.photo.data), content_type=self.photo.kind)
        is_public = self.photo.published_at is not None
        response.headers["Cache-Control"] = "public, no-cache" if is_public else "private, no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Disposition"] = "inline"
        return response

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self._may:
            raise Http404
        is_public = request.POST.get("show") == "yes"
        publish_photo(self.photo, by=request.user, is_public=is_public)
        messages.success(
            request, _("Everybody can see it now.") if is_public else _("Only staff and facilitators can see it now.")
        )
        return redirect(f"{reverse('consultation:event-ideas', args=[self.event.slug])}#photos")
