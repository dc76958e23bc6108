"""An author's pages: all their posts, where one of them stands, and what they do with it besides writing."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.dateformat import format as in_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from blog.actions.editing import NotAnEditor, add_note, answer_proposal
from blog.actions.writing import (
    KeptElsewhere,
    NotNow,
    NotYours,
    TooMany,
    drop_draft,
    start_post,
    take_back,
    withdraw_post,
)
from blog.forms.writing import NoteForm
from blog.models import Byline, Draft, Post, Proposal, Submission
from blog.reports import own_posts, state_for_author
from blog.views.desk import changes
from commons.moderation.models import Standing
from commons.people.views.typed import KeepsTypedMixin

GONE = frozenset({Standing.WITHDRAWN, Standing.DECLINED})
WAITING = Submission.Outcome.WAITING


def clock(moment: dt.datetime) -> str:
    """The time of day as it stands in a sentence: 2:02pm."""
    return in_format(timezone.localtime(moment), "g:ia").replace(".", "")


class OwnPostMixin(PermissionRequiredMixin):
    """Finds the post of the address, if this person is one of its authors, with its draft; and asks the permission for that
    very post. Nobody is asked for who is not signed in."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def post_shown(self) -> Post:
        own = Post.objects.visible_to(self.request.user).written_by(self.request.user)
        rows = own.with_authors().select_related("thread", "moderation", "draft__organisation", "draft__kept_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @property
    def draft(self) -> Draft:
        return self.post_shown.draft

    @property
    def is_gone(self) -> bool:
        """Whether it was withdrawn or taken down, so that nothing is to be written any more."""
        return self.post_shown.standing in GONE

    def has_permission(self) -> bool:
        user = self.request.user
        return user.is_authenticated and user.has_perm(self.permission_required, self.post_shown)

    def look_again(self) -> None:
        """Forget what was read: something has happened since."""
        self.__dict__.pop("post_shown", None)

    def to_writing(self) -> HttpResponse:
        return redirect("blog:writing", self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"post_shown": self.post_shown, "draft": self.draft, "is_gone": self.is_gone}
        return super().get_context_data(**{**kwargs, **own})


class WriteView(TemplateView):
    """Where writing begins: what it takes and, for who is signed in, their posts and two ways to begin one."""

    public = True
    template_name = "blog/write.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        rows: list[Post] = []
        asked: list[Byline] = []
        if user.is_authenticated:
            rows = own_posts(user)
            asked = list(Byline.objects.asked(user.email).select_related("post__draft").order_by("pk"))
        return super().get_context_data(
            lines=[{"post": row, "state": state_for_author(row)} for row in rows],
            asked=[
                {"byline": byline, "title": byline.post.draft.title, "names": byline.post.name_shown}
                for byline in asked
            ],
            **kwargs,
        )


class PostStartView(PermissionRequiredMixin, View):
    """Begin a post or an idea. Who comes here by a link, as after signing in, is led to the buttons."""

    permission_required = "blog.start_post"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return redirect("blog:write")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            post = start_post(by=request.user, is_pitch=request.POST.get("kind") == "pitch")
        except TooMany as refusal:
            messages.info(request, str(refusal))
            return redirect("blog:write")
        return redirect("blog:post-edit", post.pk)


class WritingView(KeepsTypedMixin, OwnPostMixin, FormView):
    """One post for its authors: where it stands, what editors decided and propose, and notes; and writing one."""

    permission_required = "blog.keep_draft"
    template_name = "blog/writing.html"
    form_class = NoteForm

    @cached_property
    def submissions(self) -> list[Submission]:
        rows = Submission.objects.visible_to(self.request.user).filter(post=self.post_shown)
        return list(rows.select_related("by", "decided_by").order_by("-number"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        post, submissions = self.post_shown, self.submissions
        post.handed = submissions
        proposals = Proposal.objects.filter(submission__in=submissions).select_related("by", "submission")
        waiting = next((row for row in submissions if row.is_waiting), None)
        return super().get_context_data(
            state=state_for_author(post),
            waiting=waiting,
            decided=[row for row in submissions if not row.is_waiting],
            proposals=[
                {"proposal": row, "changes": changes(self.draft, row, called=post)}
                for row in proposals.filter(answered_at=None)
            ],
            answered=list(proposals.exclude(answered_at=None)),
            notes=post.notes.select_related("by"),
            verdicts=self._verdicts(),
            can_withdraw=post.public_from is not None and not self.is_gone,
            can_drop=post.handed_in_at is None,
            **kwargs,
        )

    def _verdicts(self) -> list[Any]:
        """What moderators decided, with the way to appeal."""
        if self.post_shown.moderation is None:
            return []
        rows = self.post_shown.moderation.verdicts.visible_to(self.request.user)
        return list(rows.select_related("appeal").order_by("-made_at"))

    def form_valid(self, form: NoteForm) -> HttpResponse:
        try:
            add_note(self.post_shown, by=self.request.user, body=form.cleaned_data["body"])
        except NotAnEditor as refusal:
            form.add_error(None, str(refusal))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(self.request, _("Sent. The editors of this post are told."))
        return self.to_writing()

    def form_invalid(self, form: NoteForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class TakeBackView(OwnPostMixin, View):
    """One button: take back what waits for an editor."""

    permission_required = "blog.take_back"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            take_back(self.post_shown, by=request.user)
        except (NotYours, NotNow) as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, _("Taken back. Go on writing, and hand it in when you are ready."))
        return self.to_writing()


class ProposalAnswerView(OwnPostMixin, View):
    """Two buttons: take the words an editor proposes into the draft, or not."""

    permission_required = "blog.answer_proposal"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        rows = Proposal.objects.filter(submission__post=self.post_shown)
        proposal = get_object_or_404(rows, pk=self.kwargs["proposal"])
        accept, based_on = request.POST.get("answer") == "accept", request.POST.get("based_on", "")
        seen = int(based_on) if based_on.isdecimal() and len(based_on) < 10 else 0
        try:
            answer_proposal(proposal, by=request.user, accept=accept, based_on=seen)
        except (NotYours, NotNow) as refusal:
            messages.info(request, str(refusal))
        except KeptElsewhere:
            messages.warning(
                request, _("The text was changed since you opened the page. Look at the proposal again, then answer.")
            )
        else:
            said = _("The words are in your text now. Hand it in when you are ready.")
            messages.success(request, said if accept else _("Your text stays as it is. The editor sees that."))
        return self.to_writing()


class PostWithdrawView(OwnPostMixin, TemplateView):
    """Take a public post off the site, after a question."""

    permission_required = "blog.withdraw_post"
    template_name = "blog/post_withdraw.html"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            withdraw_post(self.post_shown, by=request.user)
        except (NotYours, NotNow) as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, _("Withdrawn. Nobody else can read it any more."))
        return self.to_writing()


class DraftDropView(OwnPostMixin, TemplateView):
    """Throw away what was never handed in, after a question."""

    permission_required = "blog.drop_draft"
    template_name = "blog/draft_drop.html"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            drop_draft(self.post_shown, by=request.user)
        except NotNow as refusal:
            messages.info(request, str(refusal))
            return self.to_writing()
        except NotYours:
            # A second click, or a co-author: it is gone already.
            return redirect("blog:write")
        messages.success(request, _("Thrown away."))
        return redirect("blog:write")
