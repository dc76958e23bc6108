"""Writing a post: the editor, what it keeps on the way, how it will look, and handing it in.

Everything is a plain form. With script the text is kept every few seconds and shown as it will look; without, buttons do both.
No word is lost: where something else was kept meanwhile, both are shown and the author chooses.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from blog.actions.writing import (
    CorrectionMissing,
    KeptElsewhere,
    NothingChanged,
    NotNow,
    NotReady,
    NotYourOrganisation,
    NotYours,
    TooMany,
    hand_in,
    keep_draft,
    what_is_missing,
)
from blog.forms.writing import HandInForm, PostForm
from blog.models import Draft
from blog.models.writing import LONGEST_TEXT
from blog.reports import facts_of
from blog.views.writing import OwnPostMixin, clock
from commons import richtext
from commons.people.views.doors import door_of
from commons.people.views.typed import KeepsTypedMixin

NO_LONGER_SHOWN = 2 * LONGEST_TEXT
ONWARD = {"hand-in": "blog:hand-in", "pictures": "blog:pictures", "": "blog:post-edit"}
SIDES = frozenset({"mine", "theirs", "both"})


class DraftMixin(OwnPostMixin):
    """What the editor and what it sends on the way share."""

    permission_required = "blog.keep_draft"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user, "draft": self.draft}

    def keep(self, form: PostForm) -> Draft:
        return keep_draft(self.post_shown, by=self.request.user, written=form.written, **form.sending)

    def as_it_will_look(self) -> dict[str, Any]:
        """What was typed as its page would show it; nothing of a text far too long to be kept."""
        typed = self.request.POST
        body = typed.get("body", "")
        is_too_long = len(body) > NO_LONGER_SHOWN
        return {
            "title": typed.get("title", ""),
            "summary": typed.get("summary", ""),
            "html": "" if is_too_long else self.post_shown.to_html(body),
            "is_too_long": is_too_long,
        }


class PostEditView(KeepsTypedMixin, DraftMixin, FormView):
    """The editor."""

    template_name = "blog/post_edit.html"
    form_class = PostForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and self.has_permission() and self.is_gone and request.method != "POST":
            messages.info(request, _("This post is not on the site any more, so there is nothing to write."))
            return self.to_writing()
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return PostForm.initial_of(self.draft)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pictures = self.post_shown.pictures.all()
        return super().get_context_data(**{"pictures": pictures, "preview": None, **kwargs})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "choose" in request.POST:
            return self._choose()
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: PostForm) -> HttpResponse:
        try:
            draft = self.keep(form)
        except KeptElsewhere as elsewhere:
            return self._ask_which(form, elsewhere.draft)
        except NotYourOrganisation as refusal:
            form.add_error("organisation", str(refusal))
            return self.form_invalid(form)
        except NotYours as refusal:
            form.add_error(None, str(refusal))
            return self._again(form, 409)
        if "preview" in self.request.POST:
            return self._again(form, 200, based_on=draft.revision, preview=self.as_it_will_look())
        then = self.request.POST.get("then", "")
        messages.success(self.request, _("Saved. Only its authors can read it until you hand it in."))
        return redirect(ONWARD.get(then, ONWARD[""]), self.post_shown.pk)

    def form_invalid(self, form: PostForm) -> HttpResponse:
        """The page as it was sent. What of it can be kept is kept all the same."""
        try:
            based_on = self.keep(form).revision
        except (KeptElsewhere, NotYourOrganisation, NotYours):
            based_on = form.data.get("based_on", "")
        preview = self.as_it_will_look() if "preview" in self.request.POST else None
        return self._again(form, 422, based_on=based_on, preview=preview)

    def _again(self, form: PostForm, status: int, *, based_on: Any = None, preview: Any = None) -> HttpResponse:
        """The form with everything that was typed, and what the page knows by now."""
        form.data = form.data.copy()
        if based_on is not None:
            form.data["based_on"] = based_on
        return self.render_to_response(self.get_context_data(form=form, preview=preview), status=status)

    # --- Something else was kept meanwhile ---

    def _ask_which(
        self, form: PostForm, kept: Draft, *, is_unchosen: bool = False, again: bool = False
    ) -> HttpResponse:
        """What was typed goes along in the page, so that choosing needs no script and loses nothing."""
        left_out = {"csrfmiddlewaretoken", "choose", "keep", "based_on", "then", "preview", "save"}
        typed = [(name, value) for name, values in form.data.lists() if name not in left_out for value in values]
        context = self.get_context_data(
            form=form,
            kept=kept,
            is_own=kept.kept_by_id == self.request.user.pk,
            typed=[*typed, ("based_on", kept.revision)],
            words=self._words(form, kept),
            others=[label for label, name in self._others(form) if form.written.get(name) != getattr(kept, name)],
            is_unchosen=is_unchosen,
            again=again,
        )
        return render(self.request, "blog/edit_conflict.html", context, status=422 if is_unchosen else 409)

    @staticmethod
    def _words(form: PostForm, kept: Draft) -> list[dict[str, Any]]:
        """The texts that differ: what is kept, what was typed, and the way from one to the other."""
        return [
            {
                "label": form.fields[name].label,
                "kept": getattr(kept, name),
                "typed": form.written[name],
                "pieces": richtext.word_difference(getattr(kept, name), form.written[name]),
            }
            for name in PostForm.WORDS
            if form.written.get(name, getattr(kept, name)) != getattr(kept, name)
        ]

    @staticmethod
    def _others(form: PostForm) -> list[tuple[str, str]]:
        names = {"language": "language", "mandate": "mandate", "organisation": "organisation", "interest": "interest"}
        names |= {"themes": "theme_ids", "threads": "thread_ids"}
        return [(str(form.fields[field].label), name) for field, name in names.items() if field in form.fields]

    def _choose(self) -> HttpResponse:
        """Keep what was typed, or leave what is kept, or put one under the other."""
        form, side = self.get_form(), self.request.POST.get("keep", "")
        if not form.is_valid():
            return self.form_invalid(form)
        if side not in SIDES:
            return self._ask_which(form, self.draft, is_unchosen=True)
        if side == "theirs":
            messages.info(self.request, _("Left as it is. What you had typed in the other window is not kept."))
            return redirect("blog:post-edit", self.post_shown.pk)
        if side == "both":
            if form.cleaned_data["based_on"] != self.draft.revision:
                return self._ask_which(form, self.draft, again=True)
            form.data = form.data.copy()
            form.data["body"] = f"{form.cleaned_data['body'].rstrip()}\n\n---\n\n{self.draft.body}"
            form.full_clean()
            if not form.is_valid():
                return self._again(form, 422)
        # Chosen knowingly, against the very revision that was shown.
        form.cleaned_data["page"] = None
        try:
            self.keep(form)
        except KeptElsewhere as elsewhere:
            return self._ask_which(form, elsewhere.draft, again=True)
        except (NotYourOrganisation, NotYours) as refusal:
            form.add_error(None, str(refusal))
            return self._again(form, 409)
        messages.success(self.request, _("Saved as you chose."))
        return redirect("blog:post-edit", self.post_shown.pk)


class DraftKeepView(DraftMixin, View):
    """What the editor sends every few seconds. Answers which revision is kept, and what the page may say about it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        form = PostForm(request.POST, user=request.user, draft=self.draft)
        form.is_valid()
        try:
            draft = self.keep(form)
        except KeptElsewhere:
            says = _("Not kept: this was changed in another window or on another device. Save, then you see both.")
            return JsonResponse({"says": says}, status=409)
        except (NotYourOrganisation, NotYours) as refusal:
            return JsonResponse({"says": _("Not kept: %(why)s") % {"why": refusal}}, status=422)
        if form.errors:
            why = next(iter(form.errors.values()))[0]
            says = _("Not all of it is kept: %(why)s") % {"why": why}
            return JsonResponse({"based_on": draft.revision, "says": says}, status=422)
        says = _("Kept at %(time)s") % {"time": clock(draft.kept_at)}
        return JsonResponse({"based_on": draft.revision, "says": says})


class PreviewView(DraftMixin, TemplateView):
    """A fragment: how what was typed will look. Nothing is kept."""

    template_name = "blog/_preview.html"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response({"preview": self.as_it_will_look()})


class HandInView(KeepsTypedMixin, OwnPostMixin, FormView):
    """How it looks, what is missing, and the button that gives it to the editors."""

    permission_required = "blog.hand_in"
    template_name = "blog/hand_in.html"
    form_class = HandInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_gone:
            messages.info(request, _("This post is not on the site any more, so it cannot be handed in."))
            return self.to_writing()
        return super().get(request, *args, **kwargs)

    @property
    def is_approved(self) -> bool:
        return self.post_shown.public_from is not None

    def get_form_kwargs(self) -> dict[str, Any]:
        known = {"is_public": self.post_shown.is_public, "is_approved": self.is_approved}
        return super().get_form_kwargs() | known

    def get_initial(self) -> dict[str, Any]:
        return {"kind": "pitch" if self.draft.is_pitch else "post", "based_on": self.draft.revision}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft = self.draft
        missing = what_is_missing(draft, is_pitch=False)
        return super().get_context_data(
            missing=missing,
            is_enough_for_an_idea=not what_is_missing(draft, is_pitch=True) and not self.is_approved,
            body_html=self.post_shown.to_html(draft.body),
            facts=facts_of(draft, post=self.post_shown, user=self.request.user),
            **kwargs,
        )

    def form_valid(self, form: HandInForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            submission = hand_in(
                self.post_shown,
                by=self.request.user,
                based_on=data["based_on"],
                correction=data.get("correction", ""),
                is_pitch=form.is_pitch,
                door=door_of(self.request),
            )
        except KeptElsewhere:
            form.add_error(
                None, _("The text was changed since you opened this page. Look at it again, then hand it in.")
            )
            return self._again(form, 409)
        except CorrectionMissing as refusal:
            form.add_error("correction" if "correction" in form.fields else None, str(refusal))
            return self._again(form, 422)
        except (NotReady, NothingChanged, NotYourOrganisation, TooMany) as refusal:
            form.add_error(None, str(refusal))
            return self._again(form, 422)
        except (NotNow, NotYours) as refusal:
            form.add_error(None, str(refusal))
            return self._again(form, 409)
        if submission.is_pitch:
            messages.success(self.request, _("Your idea is with the editors. They answer here, and by e-mail."))
        else:
            messages.success(self.request, _("Handed in. The editors answer here, and by e-mail."))
        return self.to_writing()

    def form_invalid(self, form: HandInForm) -> HttpResponse:
        return self._again(form, 422)

    def _again(self, form: HandInForm, status: int) -> HttpResponse:
        self.look_again()
        form.data = form.data.copy()
        form.data["based_on"] = self.draft.revision
        return self.render_to_response(self.get_context_data(form=form), status=status)
