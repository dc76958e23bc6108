"""Answering the census, once let in: the hub, a page at a time, check, send, receipt, or saying that one does not wish to. Every
page works without script."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from census.actions.refusing import WISHES
from census.actions.responses import (
    Answers,
    CensusClosed,
    NotComplete,
    StalePage,
    answers_after,
    answers_of,
    facts_of,
    key_of,
    save_page,
    start_response,
    submit_response,
)
from census.forms import PageForm
from census.instrument import Page, drop_off_path, text
from census.models import Case, PageRevision, Response, Submission
from census.views.access import CaseMixin, case_in, hold_typed, take_held, token_of
from census.views.words import in_words, summary_of
from commons.people.models import Organisation
from commons.people.views.doors import door_of


class ReplyMixin(CaseMixin):
    """The reply as it stands, and how far each section has come."""

    @cached_property
    def answers(self) -> Answers:
        return answers_of(self.response, self.case)

    def address_of(self, page: Page, **query: str) -> str:
        return reverse("census:page", args=[self.wave.slug, page.section.id, page.id], query=query or None)

    def is_done(self, page: Page) -> bool:
        """A page is done when it was saved and no question on it that now must be answered is missing."""
        questions = self.answers.route.questions_on(page)
        known = {**self.answers.values, **self.answers.marks}
        return key_of(page) in self.answers.pages and all(question.code in known for question in questions)

    @cached_property
    def sections(self) -> list[dict[str, Any]]:
        """The sections that are asked, with how far each has come: "todo", "progress" or "done".

        Until the first section is done we cannot know which others will be asked. Hiding them would mislead, so they are
        listed as "blocked".
        """
        rows, answers = [], self.answers
        undecided = any(not self.is_done(page) for page in answers.route.pages_in(self.wave.questionnaire.sections[0]))
        for section in self.wave.questionnaire.sections:
            pages = answers.route.pages_in(section)
            if not pages and not undecided:
                continue
            done = sum(self.is_done(page) for page in pages)
            first_open = next((page for page in pages if not self.is_done(page)), pages[0] if pages else None)
            rows.append(
                {
                    "id": section.id,
                    "label": text(section.title, get_language()),
                    "state": "blocked"
                    if not pages
                    else "done"
                    if done == len(pages)
                    else "progress"
                    if done
                    else "todo",
                    "share": round(100 * done / len(pages)) if pages else 0,
                    "url": self.address_of(first_open) if first_open else "",
                    "current": section.id == self.kwargs.get("section"),
                }
            )
        return rows

    @cached_property
    def submission(self) -> Submission | None:
        sent = self.response is not None and self.response.state == Response.State.SUBMITTED
        return self.response.submissions.current().first() if sent else None

    @property
    def is_sent(self) -> bool:
        """Whether the reply was sent just as it stands."""
        return self.submission is not None and self.submission.revision == self.response.revision

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """The sections and the check at the end, as the task list shows them."""
        ready = self.first_open_page is None
        check = reverse("census:check", args=[self.wave.slug])
        state = "done" if self.is_sent else "todo" if ready else "blocked"
        label = _("Check your answers and send")
        return [*self.sections, {"label": label, "url": check if ready or self.response else "", "state": state}]

    @property
    def first_open_page(self) -> Page | None:
        return next((page for page in self.answers.route.pages if not self.is_done(page)), None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        response, submission = self.response, self.submission
        own = {
            "wave": self.wave,
            "case": self.case,
            "case_token": token_of(self.case),
            "response": response,
            "submission": submission,
            "unsent": submission is not None and not self.is_sent,
            "is_open": self.wave.is_open_at(self.now),
            "accepts": self.wave.accepts_at(self.now),
            "sections": self.sections,
            "tasks": self.tasks,
            "came_by_code": not self.request.user.is_authenticated or self.by != self.request.user,
        }
        return super().get_context_data(**{**kwargs, **own})


class HubView(ReplyMixin, TemplateView):
    template_name = "census/hub.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = self.first_open_page
        return super().get_context_data(
            next_url=self.address_of(page) if page else reverse("census:check", args=[self.wave.slug]),
            ready=page is None,
            **kwargs,
        )


class PageView(ReplyMixin, TemplateView):
    """One page of questions. Continue always saves; nothing is stored by looking."""

    template_name = "census/page.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.kwargs = kwargs
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def page(self) -> Page:
        try:
            page = self.wave.questionnaire.page(self.kwargs["section"], self.kwargs["page"])
        except KeyError:
            raise Http404 from None
        return page

    def _off_path(self) -> HttpResponse | None:
        """A page that the answers no longer lead to (an old tab, the back button) is explained, not hidden."""
        if self.answers.route.has_page(self.page):
            return None
        messages.info(self.request, _("Your other answers mean that this question is not needed. Nothing was lost."))
        return redirect("census:hub", self.wave.slug)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if away := self._off_path():
            return away
        typed = take_held(request, self.case)
        if typed is not None:
            messages.info(request, _("This is what you typed before. Check it, then press “Save and continue”."))
        return self._show(self._form(typed))

    def _form(self, typed: Any = None, **kwargs: Any) -> PageForm:
        row = self.answers.pages.get(key_of(self.page))
        return PageForm(
            typed,
            page=self.page,
            route=self.answers.route,
            answers=self.answers.values,
            marks=self.answers.marks,
            based_on=row.number if row else 0,
            case_token=token_of(self.case),
            suggestions_url=reverse("census:suggestions", args=[self.wave.slug]),
            order=str(self.case.pk),
            **kwargs,
        )

    def _show(
        self,
        form: PageForm,
        status: int = 200,
        template: str | None = None,
        elsewhere: str | None = None,
        **context: Any,
    ) -> HttpResponse:
        """The page with this form. `elsewhere` is where to go first when the form cannot be saved from here."""
        route, pages = self.answers.route, self.answers.route.pages_in(self.page.section)
        previous = route.previous_page(self.page)
        numbers = [section["id"] for section in self.sections]
        row = self.answers.pages.get(key_of(self.page))
        context = self.get_context_data(
            form=form,
            page=self.page,
            page_title=text(self.page.title, get_language()) if len(form.groups) > 1 else "",
            draft_key=f"{self.case.pk}/{key_of(self.page)}/{row.number if row else 0}",
            page_hint=text(self.page.hint, get_language()),
            section_title=text(self.page.section.title, get_language()),
            section_intro=text(self.page.section.intro, get_language()) if self.page == pages[0] else "",
            section_number=numbers.index(self.page.section.id) + 1,
            section_count=len(numbers),
            page_number=pages.index(self.page) + 1 if self.page in pages else 1,
            page_count=len(pages),
            back_url=self.address_of(previous) if previous else reverse("census:hub", args=[self.wave.slug]),
            # Where two people answered at once, the last save was the other one's.
            saved_at=row.saved_at if row and template is None else None,
            form_id="page-form" if template is None and elsewhere is None and self.wave.accepts_at(self.now) else None,
            elsewhere_url=elsewhere,
            **context,
        )
        return render(self.request, template or self.template_name, context, status=status)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if case_in(request.POST.get("case", "")) != self.case.pk:
            return self._for_another_organisation()
        if away := self._off_path():
            return away
        form = self._form(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        try:
            response = self.response or start_response(self.case, by=self.by, door=door_of(request))
            saved = save_page(
                response,
                self.page,
                by=self.by,
                state=form.state,
                based_on=form.based_on,
                choices=form.choices,
                seen=form.seen,
            )
        except StalePage as stale:
            return self._ask_which(form, stale)
        except CensusClosed as closed:
            form.add_error(None, str(closed))
            return self._show(form, status=409)
        return self._onward(response, saved)

    def _for_another_organisation(self) -> HttpResponse:
        """Two organisations in two tabs: refuse to save one's answers as the other's, and keep the text."""
        hold_typed(self.request)
        form = self._form(self.request.POST)
        form.is_valid()
        form.add_error(
            None,
            _(
                "This page was opened for another organisation, so nothing was saved. You are answering for %(name)s now. What "
                "you typed is still below. To save it, answer for the other organisation again: it will be waiting there."
            )
            % {"name": self.case.name},
        )
        opened_for = case_in(self.request.POST.get("case", ""))
        is_member = (
            Case.objects.answerable_by(self.request.user).eligible().filter(pk=opened_for, wave=self.wave).exists()
        )
        elsewhere = reverse("census:choose", args=[self.wave.slug]) if is_member else reverse("census:code")
        return self._show(form, status=409, elsewhere=elsewhere)

    def _ask_which(self, form: PageForm, stale: StalePage) -> HttpResponse:
        language, instrument = get_language(), self.wave.questionnaire
        questions = [
            {
                "code": conflict.code,
                "label": text(instrument.questions[conflict.code].label, language),
                "mine": in_words(
                    instrument.questions[conflict.code], conflict.mine.answers, conflict.mine.marks, language
                ),
                "theirs": in_words(
                    instrument.questions[conflict.code], conflict.theirs.answers, conflict.theirs.marks, language
                ),
            }
            for conflict in stale.conflicts
        ]
        # Everything that was typed goes along as hidden fields, so that choosing works without script and loses nothing.
        typed = [
            (key, value)
            for key, values in self.request.POST.lists()
            if key not in {"csrfmiddlewaretoken", "seen"} and not key.startswith("choice__")
            for value in values
        ]
        del self.answers
        return self._show(
            form,
            status=409,
            template="census/conflict.html",
            questions=questions,
            typed=typed,
            theirs=stale.theirs,
            # Asked before, about this very revision, and sent without a choice for each question.
            unchosen=form.seen == stale.theirs.number and [q for q in questions if q["code"] not in form.choices],
        )

    def _onward(self, response: Response, saved: PageRevision) -> HttpResponseRedirect:
        self.response = response
        response.case = self.case
        self.answers = answers_after(self.answers, saved, self.case)
        self.__dict__.pop("sections", None)
        if "leave" in self.request.POST:
            messages.success(self.request, _("Saved. Come back whenever you like: everything will be here."))
            return redirect("census:hub", self.wave.slug)
        coming_from_check = self.request.GET.get("return") == "check"
        following = self.first_open_page if coming_from_check else self.answers.route.next_page(self.page)
        if following is None:
            return redirect("census:check", self.wave.slug)
        return redirect(self.address_of(following, **({"return": "check"} if coming_from_check else {})))


class CheckView(ReplyMixin, TemplateView):
    """Check your answers, then send."""

    template_name = "census/check.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        language = get_language()
        _kept, dropped = drop_off_path(self.wave.questionnaire, self.answers.values, facts_of(self.case))
        instrument = self.wave.questionnaire
        return super().get_context_data(
            summary=summary_of(
                self.answers, language, address_of=lambda page: self.address_of(page, **{"return": "check"})
            ),
            dropped=[
                text(instrument.questions[code].label, language) for code in dropped if code in instrument.questions
            ],
            open_page=self.first_open_page and self.address_of(self.first_open_page),
            **kwargs,
        )

    def post(self, request: HttpRequest, wave: str) -> HttpResponse:
        if case_in(request.POST.get("case", "")) != self.case.pk:
            messages.error(
                request, _("That page was opened for another organisation. Check the answers below before you send.")
            )
            return redirect("census:check", wave)
        if self.response is None:
            return redirect("census:hub", wave)
        try:
            submit_response(self.response, by=self.by)
        except NotComplete as refusal:
            problems = [self._problem(problem) for problem in refusal.problems]
            return render(request, self.template_name, self.get_context_data(problems=problems), status=422)
        except CensusClosed as closed:
            return render(
                request, self.template_name, self.get_context_data(problems=[{"text": str(closed)}]), status=409
            )
        return redirect("census:done", wave)

    def _problem(self, problem) -> dict[str, str]:
        instrument = self.wave.questionnaire
        question = instrument.questions.get(problem.code) or instrument.details[problem.code].parent
        label = text(question.label, get_language())
        return {
            "text": f"{label}: {problem.text(get_language(), gettext)}",
            "url": self.address_of(question.page, **{"return": "check"}),
        }


class DoneView(ReplyMixin, TemplateView):
    template_name = "census/done.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data()
        if context["submission"] is None:
            return redirect("census:hub", self.wave.slug)
        return self.render_to_response(context)


class AnswersView(CheckView):
    """The reply as it stands, for print or keeping."""

    template_name = "census/answers.html"
    http_method_names = ["get", "head"]


class RefuseView(ReplyMixin, TemplateView):
    """We do not wish to answer, and back again. Only while there is something to ask: the census is open, and nothing is sent."""

    template_name = "census/refuse.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if away := self._nothing_to_ask():
            return away
        if take_held(request, self.case):
            messages.info(request, _("You were signed out, so nothing was changed. Press the button again."))
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, wave: str) -> HttpResponse:
        if case_in(request.POST.get("case", "")) != self.case.pk:
            messages.error(
                request,
                _("That page was opened for another organisation. Nothing was changed. Read below whom it is about."),
            )
            return redirect("census:refuse", wave)
        if away := self._nothing_to_ask():
            return away
        wish = request.POST.get("wish")
        if wish not in WISHES:
            return self.render_to_response(self.get_context_data(nothing_said=True), status=422)
        WISHES[wish](self.case, by=self.by)
        if wish == "ask" and self.case.refused_at:
            messages.success(request, _("We ask you again, as before."))
        return redirect("census:refuse", wave)

    def _nothing_to_ask(self) -> HttpResponse | None:
        if self.submission is None and self.wave.is_open_at(self.now):
            return None
        # The hub says which of the two it is.
        messages.info(self.request, _("Nobody is reminded of this census any more."))
        return redirect("census:hub", self.wave.slug)


class SuggestionsView(CaseMixin, View):
    """Names in the register that hold the words typed so far. Names are public; twelve at most."""

    def get(self, request: HttpRequest, wave: str) -> HttpResponse:
        words = request.GET.get("q", "")[:80].replace("\x00", "")
        found = Organisation.objects.live().matching(words).in_name_order()[:12] if len(words.strip()) >= 3 else []
        return JsonResponse([{"value": row.name, "label": f"{row} ({row.place})"} for row in found], safe=False)
