"""Following: one button's POST for the whole blog, a theme, an author or a post, and the list of what one follows."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from blog.actions.following import follow, unfollow
from blog.forms.reading import FollowForm
from blog.models import Author, Follow, Post
from blog.reports import followed
from commons.contributions.views import way_back
from commons.themes.models import Theme


@dataclass(frozen=True)
class FollowButton:
    """What one button follows: a thing by its kind and number, under its name."""

    kind: str
    number: int
    name: str
    is_followed: bool


def follow_buttons(user: Any, *things: Theme | Author | Post | None) -> list[FollowButton]:
    """A button for each thing; None is the whole blog. A theme out of use, under which nothing new will come, can only be let
    go. One query, or none for who is not signed in."""
    authors = [thing for thing in things if isinstance(thing, Author)]
    theme = next((thing for thing in things if isinstance(thing, Theme)), None)
    post = next((thing for thing in things if isinstance(thing, Post)), None)
    follows = followed(user, theme=theme, post=post, authors=authors)
    keys = [("blog", 0, "") if thing is None else (thing._meta.model_name, thing.pk, str(thing)) for thing in things]
    buttons = [FollowButton(kind, number, name, (kind, number) in follows) for kind, number, name in keys]
    return [one for one in buttons if one.is_followed or not (one.kind == "theme" and is_over(theme))]


def is_over(theme: Theme | None) -> bool:
    return theme is not None and theme.retired_at is not None


class FollowView(PermissionRequiredMixin, View):
    """Follow one thing, or no longer. A second time changes nothing. Leads back to where the button stood."""

    permission_required = "blog.follow"
    http_method_names = ["post"]

    def handle_no_permission(self) -> HttpResponse:
        # This address has no page of its own to come back to.
        return redirect_to_login(self._back())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = FollowForm(request.POST)
        if not form.is_valid():
            raise Http404
        kind, number, user = form.cleaned_data["kind"], form.cleaned_data["number"], request.user
        if form.cleaned_data["follow"] == "no":
            unfollow(by=user, **self._followed(kind, number))
            messages.success(request, _("You do not follow this any more."))
        elif is_over((thing := self._public(kind, number)).get("theme")):
            messages.info(request, _("This theme is out of use, so nothing new will come under it."))
        else:
            follow(by=user, **thing)
            messages.success(request, _("You follow this now. We will tell you what is new."))
        return redirect(self._back())

    def _public(self, kind: str, number: int | None) -> dict[str, Any]:
        """The thing, as far as this person may see it."""
        match kind:
            case "theme":
                return {"theme": get_object_or_404(Theme, pk=number)}
            case "author":
                return {"author": get_object_or_404(Author.objects.visible_to(self.request.user), pk=number)}
            case "post":
                post = get_object_or_404(Post.objects.visible_to(self.request.user), pk=number)
                if not post.is_public:
                    raise Http404
                return {"post": post}
            case _:
                return {}

    def _followed(self, kind: str, number: int | None) -> dict[str, Any]:
        """The thing, found among what this person follows: it may not be public any more."""
        if kind == "blog":
            return {}
        rows = Follow.objects.visible_to(self.request.user).select_related("theme", "author", "post")
        row = rows.filter(**{f"{kind}_id": number}).first() if number else None
        # What is not followed is as it was wished.
        return {kind: getattr(row, kind)} if row else self._public(kind, number)

    def _back(self) -> str:
        return way_back(self.request, reverse("blog:list"))


class FollowingView(PermissionRequiredMixin, TemplateView):
    """All that one follows in the blog."""

    permission_required = "blog.follow"
    template_name = "blog/following.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Follow.objects.visible_to(self.request.user).select_related("theme", "author", "post")
        # A post that is gone has no title to show; the follow of it can still be ended.
        return super().get_context_data(follows=rows.order_by("-made_at", "-pk"), **kwargs)
