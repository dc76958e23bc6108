"""One post with what became of it and what people say to it, and its earlier wordings."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from blog.forms.reading import PlaceForm
from blog.models import Post, is_editor
from blog.models.posts import PICTURES
from blog.reports import citations_of, gone_posts, related_posts, subjects_of, told, wordings_of
from blog.views.following import follow_buttons
from commons import richtext
from commons.contributions.actions import note_visit
from commons.contributions.models import Order
from commons.contributions.reports import thread_page
from commons.moderation.models import Standing

WORDS_COMPARED = ("title", "summary", "text")


class PostMixin:
    """Finds the post of the address, if this person may see it. What everybody could read once and nobody can now is told
    to be gone, and no word of it is shown."""

    request: HttpRequest
    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.say_gone() if self.shown is None else super().dispatch(request, *args, **kwargs)

    @cached_property
    def shown(self) -> Post | None:
        """The post, or None for one that is gone or was never there."""
        rows = Post.objects.visible_to(self.request.user).defer("search").with_authors().with_comment_count()
        rows = rows.select_related("thread").prefetch_related("themes")
        address = {"year": self.kwargs["year"], "slug": self.kwargs["slug"]}
        found = rows.filter(**address).first()
        if found is None or found.is_gone:
            return None
        if found.public_from is None or found.standing in {Standing.WITHDRAWN, Standing.DECLINED}:
            raise Http404
        return found

    def say_gone(self) -> HttpResponse:
        """410, with what others said, and with what this person was just writing."""
        user = self.request.user
        post = get_object_or_404(gone_posts(), year=self.kwargs["year"], slug=self.kwargs["slug"])
        order, after = asked_of_thread(self.request)
        context = {
            "page": thread_page(post.thread, user, order=order, after=after),
            "orders": Order.choices,
            "closed": True,
            "was_withdrawn": post.standing == Standing.WITHDRAWN,
            "own": post if user.is_authenticated and user.has_perm("blog.keep_draft", post) else None,
            "for_editor": post if is_editor(user) else None,
            "typed": self.request.POST.get("body", ""),
        }
        return render(self.request, "blog/gone.html", context, status=410)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{**kwargs, "post": self.shown})


def asked_of_thread(request: HttpRequest) -> tuple[str, int | None]:
    """How a thread is sorted, and after which contribution the page begins."""
    order = request.GET.get("order")
    return order if order in Order.values else Order.NEWEST, PlaceForm(request.GET).place


class PostView(PostMixin, TemplateView):
    """One post, what became of it in the strategy, and what people say to it. `?order=` sorts that, `?after=` goes on."""

    public = True
    template_name = "blog/post.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        post, user = self.shown, self.request.user
        authors = [byline.author for byline in post.named]
        since = note_visit(post.thread, by=user) if user.is_authenticated and post.is_public else None
        order, after = asked_of_thread(self.request)
        # Of a post with one wording there is nothing to compare and nothing to correct.
        wordings = wordings_of(post) if post.revision > 1 else []
        is_open = post.thread.is_open_at(timezone.now())
        return super().get_context_data(
            authors=authors,
            page=thread_page(post.thread, user, order=order, after=after, since=since),
            orders=Order.choices,
            is_later_page="after" in self.request.GET,
            is_open=is_open,
            closed=not is_open,
            corrections=[one for one in wordings if one.correction],
            wording_count=len(wordings),
            subjects=subjects_of(post),
            citations=citations_of([post])[post.pk],
            related=related_posts(post),
            follow_buttons=follow_buttons(user, None, post, *authors) if post.is_public else [],
            address=settings.SITE_ADDRESS + post.get_absolute_url(),
            site_address=settings.SITE_ADDRESS,
            picture=post.pictures.filter(is_used=True).first() if PICTURES in post.body else None,
            is_own=user.is_authenticated and user.has_perm("blog.keep_draft", post),
            may_edit=is_editor(user),
            **kwargs,
        )


class WordingsMixin(PostMixin):
    @cached_property
    def wordings(self) -> dict[int, Any]:
        """By number, the newest first."""
        return {one.number: one for one in wordings_of(self.shown)}

    def numbered(self, number: int) -> Any:
        if number not in self.wordings:
            raise Http404
        return self.wordings[number]


class VersionListView(WordingsMixin, TemplateView):
    """Every wording that was public, with what was put right, and a way to compare each with the one before."""

    public = True
    template_name = "blog/version_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(self.wordings.values())
        pairs = [(one, rows[place + 1] if place + 1 < len(rows) else None) for place, one in enumerate(rows)]
        return super().get_context_data(pairs=pairs, **kwargs)


class VersionView(WordingsMixin, TemplateView):
    """One wording, as it was."""

    public = True
    template_name = "blog/version.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wording = self.numbered(self.kwargs["number"])
        return super().get_context_data(
            wording=wording,
            html=self.shown.to_html(wording.body, is_earlier=wording.number != self.shown.revision),
            is_current=wording.number == self.shown.revision,
            **kwargs,
        )


class CompareView(WordingsMixin, TemplateView):
    """Two wordings as a difference of words, and the same told one after the other."""

    public = True
    template_name = "blog/compare.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        old, new = (self.numbered(self.kwargs[name]) for name in ("old", "new"))
        pieces = {name: richtext.word_difference(getattr(old, name), getattr(new, name)) for name in WORDS_COMPARED}
        changes = [change for name in WORDS_COMPARED for change in told(pieces[name])]
        is_restyled = not changes and old.body != new.body
        own = {"old": old, "new": new, "pieces": pieces, "changes": changes, "is_restyled": is_restyled}
        return super().get_context_data(**{**kwargs, **own}, wordings=list(self.wordings.values()))
