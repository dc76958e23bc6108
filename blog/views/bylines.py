"""Who is named as an author: asking somebody along, naming a guest, taking a name away, and agreeing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from blog.actions.bylines import (
    AskedAlready,
    LastAuthor,
    TooManyAuthors,
    add_guest,
    ask_coauthor,
    decline_byline,
    drop_byline,
    join_post,
    why_no_name,
)
from blog.actions.writing import NotNow, NotYours
from blog.forms.writing import AuthorsForm, CoauthorForm, GuestForm
from blog.models import Byline
from blog.views.writing import OwnPostMixin
from commons.people.views.typed import KeepsTypedMixin


class AuthorsView(KeepsTypedMixin, OwnPostMixin, TemplateView):
    """Who writes this post, with a form to ask somebody along, one to name a guest, and a button for each name."""

    permission_required = "blog.name_authors"
    template_name = "blog/authors.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        typed = self.typed_before() if self.request.method == "GET" else None
        data = typed or None
        forms: dict[str, Any] = {
            "along": CoauthorForm(data if data and "ask" in data else None),
            "guest": GuestForm(data if data and "name_guest" in data else None),
        }
        forms |= kwargs
        wrong = [form for form in (forms["along"], forms["guest"]) if form.errors]
        bylines = self.post_shown.bylines.select_related("author__person")
        people = [row for row in bylines if row.author is not None and row.author.person_id is not None]
        return super().get_context_data(
            **{
                **forms,
                "form": wrong[0] if wrong else None,
                "bylines": bylines,
                "is_only_person": len(people) < 2,
                "why_no_name": why_no_name(self.post_shown),
            }
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "drop" in request.POST:
            return self._drop(request.POST["drop"])
        if "name_guest" in request.POST:
            return self._name_guest(GuestForm(request.POST))
        return self._ask(CoauthorForm(request.POST))

    def _ask(self, form: CoauthorForm) -> HttpResponse:
        if not form.is_valid():
            return self._again(along=form)
        try:
            ask_coauthor(self.post_shown, by=self.request.user, email=form.cleaned_data["email"])
        except AskedAlready as refusal:
            form.add_error("email", str(refusal))
            return self._again(along=form)
        except (TooManyAuthors, NotNow, NotYours) as refusal:
            form.add_error(None, str(refusal))
            return self._again(along=form)
        messages.success(
            self.request, _("Asked. If they have an account they are told; if not, they find it once they have one.")
        )
        return self._here()

    def _name_guest(self, form: GuestForm) -> HttpResponse:
        if not form.is_valid():
            return self._again(guest=form)
        given = form.cleaned_data
        try:
            add_guest(self.post_shown, by=self.request.user, name=given["name"], about=given["about"])
        except (TooManyAuthors, NotNow, NotYours) as refusal:
            form.add_error(None, str(refusal))
            return self._again(guest=form)
        messages.success(self.request, _("Named. You answer for what is said in their name."))
        return self._here()

    def _drop(self, number: str) -> HttpResponse:
        pk = int(number) if number.isdecimal() and len(number) < 18 else 0
        byline = get_object_or_404(self.post_shown.bylines.select_related("post"), pk=pk)
        is_oneself = byline.author is not None and byline.author.person_id == self.request.user.pk
        try:
            drop_byline(byline, by=self.request.user)
        except (LastAuthor, NotNow, NotYours) as refusal:
            messages.info(self.request, str(refusal))
            return self._here()
        messages.success(self.request, _("Taken away."))
        return redirect("blog:write") if is_oneself else self._here()

    def _here(self) -> HttpResponse:
        return redirect("blog:authors-name", self.kwargs["pk"])

    def _again(self, **forms: AuthorsForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**forms), status=422)


class JoinView(PermissionRequiredMixin, TemplateView):
    """Somebody asks to write a post together: yes or no."""

    permission_required = "blog.join_post"
    template_name = "blog/join.html"

    @cached_property
    def byline(self) -> Byline:
        rows = Byline.objects.asked(self.request.user.email).select_related("post__draft")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        post = self.byline.post
        return super().get_context_data(byline=self.byline, title=post.draft.title, names=post.name_shown, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            if request.POST.get("answer") == "no":
                decline_byline(self.byline, by=request.user)
                messages.success(request, _("You are not named. Nobody is told why."))
                return redirect("blog:write")
            row = join_post(self.byline, by=request.user)
        except NotNow as refusal:
            messages.info(request, str(refusal))
            return redirect("blog:write")
        messages.success(request, _("You are an author of this post now."))
        return redirect("blog:writing", row.post_id)
