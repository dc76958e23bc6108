"""What editors decide: about what was handed in, about public words, and about when a post comes out. A form names what its page
showed; if that waits no more, it is refused plainly, and what was typed stands on the page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from blog.actions.editing import (
    CorrectionMissing,
    DatePassed,
    DecidedAlready,
    NotAnEditor,
    OwnPost,
    ReasonMissing,
    StaleWords,
    approve_submission,
    ask_changes,
    correct_post,
    decline_submission,
    pin_post,
    propose_changes,
    reschedule_post,
)
from blog.actions.writing import NotNow
from blog.forms.desk import ApproveForm, CorrectForm, DeskForm, PinForm, ProposeForm, ReasonForm, RescheduleForm
from blog.views.desk import DeskPostMixin, changes
from commons.moderation.models import Standing
from commons.people.views.typed import KeepsTypedMixin


class DecisionView(KeepsTypedMixin, DeskPostMixin, FormView):
    """A form about one post. `seen` is the field that says what its page showed, and `seen_now` what a page would show now."""

    seen = ""

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to decide any more."""
        raise NotImplementedError

    @property
    def seen_now(self) -> int:
        raise NotImplementedError

    @property
    def why_over(self) -> str:
        raise NotImplementedError

    @property
    def why_again(self) -> str:
        raise NotImplementedError

    def asked(self) -> dict[str, Any]:
        """What the form is about."""
        raise NotImplementedError

    def act(self, given: dict[str, Any]) -> str:
        """Do it, and tell of it in a sentence."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_over:
            messages.info(request, self.why_over)
            return redirect(self.address)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_over:
            return self._over(self.why_over)
        form = self.get_form()
        if self.seen and form[self.seen].value() not in {None, "", str(self.seen_now)}:
            return self._again(self.why_again)
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | self.asked()

    def form_valid(self, form: DeskForm) -> HttpResponse:
        try:
            done = self.act(form.cleaned_data)
        except (DecidedAlready, NotAnEditor, NotNow, OwnPost, StaleWords) as refusal:
            self.look_again()
            return self._over(str(refusal)) if self.is_over else self._again(str(refusal))
        except DatePassed as refusal:
            form.add_error("moment", str(refusal))
            return self.form_invalid(form)
        except (CorrectionMissing, ReasonMissing) as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, done)
        return redirect(self.address)

    def form_invalid(self, form: DeskForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _again(self, refusal: str) -> HttpResponse:
        """The page as things are now, with what was typed: sending it again is a decision and not an accident."""
        data, now = self.request.POST.copy(), self.get_form_class()(**self.asked())
        for field in now.hidden_fields():
            data[field.name] = str(field.value())
        form = self.get_form_class()(data, **self.asked())
        # Only what has happened is said: what is still missing is said when it is sent again.
        form.errors.clear()
        form.add_error(None, refusal)
        return self.render_to_response(self.get_context_data(form=form, is_again=True), status=409)

    def _over(self, refusal: str) -> HttpResponse:
        """Nothing to decide any more: the refusal, and what was typed."""
        fields = self.get_form_class().written()
        typed = [
            {"label": label, "text": text} for name, label in fields.items() if (text := self.request.POST.get(name))
        ]
        context = {"refusal": refusal, "typed": typed, "post_shown": self.post_shown}
        return render(self.request, "blog/desk_over.html", context, status=409)


class SubmissionDecisionView(DecisionView):
    """About what waits for an editor."""

    seen = "number"

    @property
    def is_over(self) -> bool:
        return self.submission is None

    @property
    def seen_now(self) -> int:
        return self.submission.number

    @property
    def why_over(self) -> str:
        if self.post_shown.standing == Standing.DECLINED:
            return _("A moderator has taken this post down, so there is nothing to decide. Nothing was changed.")
        return _("This does not wait any more: a colleague decided, or the author took it back. Nothing was changed.")

    @property
    def why_again(self) -> str:
        return _(
            "The author handed in other words meanwhile, so nothing was changed. Read them, then decide once more."
        )

    def asked(self) -> dict[str, Any]:
        return {"submission": self.submission}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(words_html=self.post_shown.to_html(self.submission.body), **kwargs)
        if context.get("is_again") and self.post_shown.body:
            context["changed"] = changes(self.post_shown, self.submission, called=self.post_shown)
        return context


class SubmissionApproveView(SubmissionDecisionView):
    permission_required = "blog.approve_submission"
    template_name = "blog/desk_approve.html"
    form_class = ApproveForm

    def asked(self) -> dict[str, Any]:
        return {"submission": self.submission, "post": self.post_shown}

    def act(self, given: dict[str, Any]) -> str:
        post = approve_submission(
            self.submission,
            by=self.request.user,
            public_from=given.get("moment"),
            correction=given.get("correction"),
            seen=given.get("revision"),
        )
        if self.submission.is_pitch:
            return _("Done. The author is told to go on and write it.")
        if post.is_public:
            return _("Approved. Everybody can read it now, and the author is told.")
        return _("Approved. It comes out at its time, and the author is told.")


class ChangesAskView(SubmissionDecisionView):
    permission_required = "blog.ask_changes"
    template_name = "blog/desk_ask_changes.html"
    form_class = ReasonForm

    def act(self, given: dict[str, Any]) -> str:
        ask_changes(self.submission, by=self.request.user, reason=given["reason"], explanation=given["explanation"])
        return _("Sent back. The author is told what you ask for.")


class SubmissionDeclineView(SubmissionDecisionView):
    permission_required = "blog.decline_submission"
    template_name = "blog/desk_decline.html"
    form_class = ReasonForm

    def act(self, given: dict[str, Any]) -> str:
        decline_submission(
            self.submission, by=self.request.user, reason=given["reason"], explanation=given["explanation"]
        )
        return _("Declined. The author is told why.")


class ChangesProposeView(SubmissionDecisionView):
    permission_required = "blog.propose_changes"
    template_name = "blog/desk_propose.html"
    form_class = ProposeForm

    def act(self, given: dict[str, Any]) -> str:
        words = {name: given[name] for name in ("title", "summary", "body", "note")}
        propose_changes(self.submission, by=self.request.user, **words)
        return _("Proposed. The author is told, and takes your words over or not.")


class PostCorrectView(DecisionView):
    """Other public words, with a line for readers. What the author is writing stays theirs."""

    permission_required = "blog.correct_post"
    template_name = "blog/desk_correct.html"
    form_class = CorrectForm
    seen = "seen"

    @property
    def is_over(self) -> bool:
        return not (self.post_shown.is_public or self.post_shown.is_scheduled)

    @property
    def seen_now(self) -> int:
        return self.post_shown.revision

    @property
    def why_over(self) -> str:
        return _("This post is not public, so there is nothing to correct.")

    @property
    def why_again(self) -> str:
        return _("The public words were changed since you opened this page. Read them again, then correct.")

    def asked(self) -> dict[str, Any]:
        return {"post": self.post_shown}

    def act(self, given: dict[str, Any]) -> str:
        correct_post(self.post_shown, by=self.request.user, **given)
        return _("Corrected. Readers can compare both wordings, and the authors are told.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if context.get("is_again"):
            form = context["form"]
            typed = type(self.post_shown)(**{name: form[name].value() or "" for name in self.post_shown.WORDS})
            context["changed"] = changes(self.post_shown, typed, called=self.post_shown)
        return context


class PostRescheduleView(DecisionView):
    """Another moment for what is approved and not out yet."""

    permission_required = "blog.reschedule_post"
    template_name = "blog/desk_reschedule.html"
    form_class = RescheduleForm

    @property
    def is_over(self) -> bool:
        return not self.post_shown.is_scheduled

    @property
    def why_over(self) -> str:
        return _("This post is out already, or is not approved, so it cannot be scheduled.")

    def asked(self) -> dict[str, Any]:
        return {"post": self.post_shown}

    def act(self, given: dict[str, Any]) -> str:
        post = reschedule_post(self.post_shown, by=self.request.user, public_from=given["moment"] or timezone.now())
        return _("It is public now.") if post.is_public else _("The new date is set.")


class PostPinView(DeskPostMixin, View):
    """One button: to the top of the list, or not any more."""

    permission_required = "blog.pin_post"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PinForm(request.POST)
        pinned = form.is_valid() and form.cleaned_data["pinned"] == "yes"
        try:
            pin_post(self.post_shown, by=request.user, pinned=pinned)
        except (NotAnEditor, NotNow, OwnPost) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("It stands at the top of the list now.") if pinned else _("It does not stand at the top any more."),
            )
        return redirect(self.address)
