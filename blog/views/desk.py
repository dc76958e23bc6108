"""The editors' desk: what waits, and one post with all that was handed in, decided and said about it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from blog.actions.editing import NotAnEditor, add_note
from blog.forms.desk import NoteForm
from blog.models import Byline, Post, Proposal, Submission
from blog.models.writing import Writing
from blog.reports import facts_of
from commons import richtext
from commons.moderation.models import Standing
from commons.moderation.reports import label_of, lasting
from commons.people.views.typed import KeepsTypedMixin

WAITING_A_PAGE = 50
LATELY = 20
VERBS = ("approve_submission", "ask_changes", "decline_submission", "propose_changes")


@dataclass(frozen=True)
class Changed:
    """What became of one text, word by word."""

    label: str
    pieces: list[richtext.Piece]


def changes(old: Writing | Proposal, new: Writing | Proposal, *, called: Post) -> list[Changed]:
    """The texts that read otherwise. `called`: whose fields name them."""
    return [
        Changed(label_of(called, name), richtext.word_difference(getattr(old, name), getattr(new, name)))
        for name in Writing.WORDS
        if getattr(old, name) != getattr(new, name)
    ]


def kind_of(submission: Submission) -> str:
    """What an editor is asked for."""
    if submission.is_pitch:
        return _("An idea")
    return _("New words for a public post") if submission.post.is_public else _("A post")


class DeskView(PermissionRequiredMixin, TemplateView):
    """What waits for an editor, the longest first; what comes out later; what stands at the top; what was decided lately."""

    permission_required = "blog.see_desk"
    template_name = "blog/desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        named = Prefetch("post__bylines", Byline.objects.joined().select_related("author"), to_attr="named")
        submissions = Submission.objects.visible_to(user).select_related("post").prefetch_related(named)
        page = Paginator(submissions.waiting(), WAITING_A_PAGE).get_page(self.request.GET.get("page"))
        posts = Post.objects.visible_to(user).with_authors()
        own = set(Post.objects.visible_to(user).written_by(user).values_list("pk", flat=True))
        return super().get_context_data(
            page_obj=page,
            rows=[
                {
                    "submission": row,
                    "kind": kind_of(row),
                    "age": lasting(now - row.made_at, units=1),
                    "is_own": row.post_id in own,
                }
                for row in page.object_list
            ],
            scheduled=posts.published().filter(public_from__gt=now).order_by("public_from", "pk"),
            pinned=posts.public(now).filter(pinned_at__isnull=False).order_by("-pinned_at", "-pk"),
            lately=submissions.in_ledger().select_related("decided_by")[:LATELY],
            **kwargs,
        )


class DeskPostMixin(PermissionRequiredMixin):
    """Finds the post of the address, if it was ever handed in and this person edits; and asks the permission for that very post.
    Nobody is asked for who is not signed in."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def post_shown(self) -> Post:
        rows = Post.objects.visible_to(self.request.user).filter(handed_in_at__isnull=False)
        return get_object_or_404(rows.with_authors().select_related("thread", "moderation"), pk=self.kwargs["pk"])

    @cached_property
    def submission(self) -> Submission | None:
        """What waits for an editor now."""
        rows = Submission.objects.visible_to(self.request.user).waiting().select_related("organisation", "by")
        return rows.filter(post=self.post_shown).first()

    def has_permission(self) -> bool:
        user = self.request.user
        return user.has_perm("blog.see_desk") and user.has_perm(self.permission_required, self.post_shown)

    def look_again(self) -> None:
        """Forget what was read: something has happened since."""
        for name in ("post_shown", "submission"):
            self.__dict__.pop(name, None)

    @property
    def address(self) -> str:
        return reverse("blog:desk-post", args=[self.kwargs["pk"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"post_shown": self.post_shown, "submission": self.submission}
        return super().get_context_data(**{**kwargs, **own})


class DeskPostView(KeepsTypedMixin, DeskPostMixin, FormView):
    """One post for editors, and a note to its authors."""

    permission_required = "blog.see_desk"
    template_name = "blog/desk_post.html"
    form_class = NoteForm

    @cached_property
    def submissions(self) -> list[Submission]:
        """All that was ever handed in, the newest first."""
        rows = Submission.objects.visible_to(self.request.user).filter(post=self.post_shown)
        return list(
            rows.select_related("organisation", "by", "decided_by")
            .prefetch_related("proposals__by")
            .order_by("-number")
        )

    @property
    def before(self) -> Writing | None:
        """With what a waiting submission is compared: the public words, or else what was handed in before."""
        if self.post_shown.body:
            return self.post_shown
        earlier = (row for row in self.submissions if row.number < self.submission.number and not row.is_hidden)
        return next(earlier, None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        post, user, submission = self.post_shown, self.request.user, self.submission
        before = self.before if submission else None
        latest = submission or next((row for row in self.submissions if row.revision), self.submissions[0])
        shown = submission or (post if post.body else latest)
        return super().get_context_data(
            shown=shown,
            shown_html=post.to_html(shown.body, top_heading=3),
            facts=facts_of(latest, post=post, user=user),
            state=state_of(post),
            kind=kind_of(submission) if submission else "",
            age=lasting(timezone.now() - submission.made_at) if submission else "",
            before=before,
            is_against_public=before is post,
            changed=changes(before, submission, called=post) if before is not None else [],
            earlier=[
                {"submission": row, "html": post.to_html(row.body, top_heading=3), "proposals": self._proposals(row)}
                for row in self.submissions
                if submission is None or row.pk != submission.pk
            ],
            proposals=self._proposals(submission) if submission else [],
            notes=post.notes.select_related("by"),
            shortened_at=self._shortened_at(),
            is_own=post.is_own_business_of(user),
            may={
                verb: user.has_perm(f"blog.{verb}", post)
                for verb in (*VERBS, "correct_post", "pin_post", "keep_thread")
            },
            is_open=post.thread.is_open_at(timezone.now()),
            **kwargs,
        )

    def _shortened_at(self) -> Any:
        """When a moderator took something out of the public words, if one did: what is handed in may hold it still."""
        if self.post_shown.moderation is None:
            return None
        shortened = self.post_shown.moderation.verdicts.filter(outcome="redact").order_by("-made_at")
        return shortened.values_list("made_at", flat=True).first()

    def _proposals(self, row: Submission) -> list[dict[str, Any]]:
        return [{"proposal": one, "changed": changes(row, one, called=self.post_shown)} for one in row.proposals.all()]

    def form_valid(self, form: NoteForm) -> HttpResponse:
        try:
            add_note(self.post_shown, by=self.request.user, body=form.cleaned_data["body"])
        except NotAnEditor as refusal:
            form.add_error(None, str(refusal))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(self.request, _("Sent. The other side is told."))
        return redirect(f"{self.address}#notes")

    def form_invalid(self, form: NoteForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def state_of(post: Post) -> dict[str, str]:
    """Where a post stands, in a few words, and the tone of its tag."""
    if post.standing == Standing.DECLINED:
        return {"label": _("Taken down by a moderator"), "kind": "error"}
    if post.standing == Standing.WITHDRAWN:
        return {"label": _("Withdrawn by its author"), "kind": "quiet"}
    if post.is_scheduled:
        return {"label": _("Approved, comes out later"), "kind": "open"}
    if post.is_public:
        return {"label": _("Public"), "kind": "success"}
    return {"label": _("Never public yet"), "kind": "quiet"}
