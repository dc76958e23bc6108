"""The list of posts and its ways in: words, a theme, an author, a month."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from blog.forms.reading import FindPostForm, PlaceForm
from blog.models import Author
from blog.models.posts import PostQuerySet
from blog.reports import (
    COMMENTS_A_PAGE,
    ListOrder,
    archive_months,
    author_counts,
    comments_in_full,
    comments_matching,
    posts_in_full,
    posts_of_month,
    public_posts,
    themes_in_use,
)
from blog.views.following import follow_buttons
from commons.contributions.models import Order
from commons.contributions.reports import lines_of
from commons.themes.models import Theme

POSTS_A_PAGE = 10


class ListMixin:
    """One page of posts out of many."""

    request: HttpRequest

    def page_of(self, posts: PostQuerySet, *, at_once: bool = False) -> dict[str, Any]:
        """`at_once` asks for the numbers of all: where each has to be looked at anyhow, that saves counting them before."""
        numbers = posts.values_list("pk", flat=True)
        page = Paginator(list(numbers) if at_once else numbers, POSTS_A_PAGE).get_page(self.request.GET.get("page"))
        return {"page_obj": page, "paginator": page.paginator, "posts": posts_in_full(page.object_list)}


class PostListView(ListMixin, TemplateView):
    """Every public post: the newest first, or the most discussed, found by words and by theme.

    `?q=` also finds comments; `?in=comments` shows those only, and `?after=` goes on.
    """

    public = True
    template_name = "blog/list.html"
    theme: Theme | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = FindPostForm(self.request.GET)
        asked = form.asked()
        words, theme = asked.get("q", ""), self.theme or asked.get("theme")
        order = asked.get("order") or (ListOrder.BEST if words else ListOrder.NEWEST)
        if order == ListOrder.BEST and not words:
            order = ListOrder.NEWEST
        if words and self.request.GET.get("in") == "comments":
            found = {"comments_only": True}
        else:
            found = self.page_of(public_posts(words=words, theme=theme, order=order), at_once=bool(words))
        return super().get_context_data(
            form=form,
            words=words,
            order=order,
            orders=[(code, label) for code, label in ListOrder.choices if words or code != ListOrder.BEST],
            themes=list(themes_in_use()),
            months=archive_months(),
            follow_buttons=follow_buttons(self.request.user, theme),
            **(self.comments_found(words) if words else {}),
            **found,
            **{**kwargs, "theme": theme},
        )

    def comments_found(self, words: str) -> dict[str, Any]:
        """One page of comments that hold the words, each place in the list costing what the first one costs."""
        rows = comments_matching(words)
        place = PlaceForm(self.request.GET).place
        last = rows.filter(pk=place).first() if place else None
        rows = rows.after(last, Order.NEWEST) if last else rows
        numbers = list(rows.values_list("pk", flat=True)[: COMMENTS_A_PAGE + 1])
        lines = lines_of(comments_in_full(numbers[:COMMENTS_A_PAGE]), self.request.user)
        return {"comments": lines, "comments_after": numbers[-2] if len(numbers) > COMMENTS_A_PAGE else None}


class ThemeView(PostListView):
    """The same for one theme."""

    template_name = "blog/theme.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.theme = get_object_or_404(Theme, slug=self.kwargs["slug"])
        return super().get_context_data(**kwargs)


class ArchiveView(ListMixin, TemplateView):
    """What became public in one month."""

    public = True
    template_name = "blog/archive.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        year, month = self.kwargs["year"], self.kwargs["month"]
        try:
            posts = posts_of_month(year, month)
            day = dt.date(year, month, 1)
        except (ValueError, OverflowError):
            raise Http404 from None
        months = archive_months()
        return super().get_context_data(
            day=day,
            months=months,
            newer=next((one for one, _number in reversed(months) if one > day), None),
            older=next((one for one, _number in months if one < day), None),
            **self.page_of(posts),
            **kwargs,
        )


class AuthorView(ListMixin, TemplateView):
    """Who somebody is, and all they wrote."""

    public = True
    template_name = "blog/author.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        author = get_object_or_404(Author.objects.visible_to(user), slug=self.kwargs["slug"])
        post_count, comment_count = author_counts(author)
        return super().get_context_data(
            author=author,
            post_count=post_count,
            comment_count=comment_count,
            follow_buttons=follow_buttons(user, author),
            **self.page_of(public_posts(author=author)),
            **kwargs,
        )
