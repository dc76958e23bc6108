"""The panel's desk: voices that wait for an answer, found by place, theme, section, state and words; answering them, one or many;
and choosing blog posts and sources that an answer rests on."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView

from blog.models import Post
from commons import richtext
from commons.contributions.models import Contribution, Kind
from commons.contributions.reports import lines_of
from commons.people.views.typed import KeepsTypedMixin
from consultation.models import Source
from panel.actions.deciding import (
    AnsweredAlready,
    CannotCite,
    Cited,
    NobodyToAnswer,
    PassageNotInIt,
    PassageTooLong,
    UndoneAlready,
    WordsNotThere,
    accept_suggestion,
    make_decision,
    undo_decision,
)
from panel.forms.desk import DecisionForm, DeskForm, PickForm, UndoForm, quote_field
from panel.models import Decision, Section
from panel.reports import (
    answerable,
    answering_counts,
    as_cited,
    notes_behind,
    on_desk,
    posts_to_cite,
    sources_to_cite,
)
from panel.views.strategy import as_number

VOICES_A_PAGE = 25
VOICES_AT_ONCE = 100
THINGS_A_PAGE = 20
THINGS_AT_ONCE = 10


class DeskView(PermissionRequiredMixin, TemplateView):
    """All by GET; ticked voices go to the page where they are answered together."""

    permission_required = "panel.see_desk"
    template_name = "panel/desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = DeskForm(self.request.GET)
        form.is_valid()
        asked = {name: value for name, value in form.cleaned_data.items() if value}
        rows = on_desk(
            state=asked.get("state", "waiting"),
            place=asked.get("place", ""),
            section=asked.get("section"),
            part=asked.get("part"),
            theme=asked.get("theme"),
            kind=asked.get("kind", ""),
            words=asked.get("q", ""),
            owner=self.request.user if asked.get("mine") else None,
        )
        page = Paginator(rows, VOICES_A_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            form=form,
            page_obj=page,
            paginator=page.paginator,
            lines=lines_of(page.object_list, self.request.user),
            counts=answering_counts(),
            asked_section=asked.get("section"),
            may_open=self.request.user.has_perm("panel.open_section"),
            **kwargs,
        )


class AnsweringMixin:
    """What an answer is to be about, as the address or the form says: `c` are contributions, `p` blog posts and `s` sources that
    are cited, `section` where no contribution says it."""

    request: HttpRequest

    @cached_property
    def voices(self) -> list[Contribution]:
        asked = {as_number(number) for number in self.request.GET.getlist("c")[:VOICES_AT_ONCE]} - {None}
        rows = Contribution.objects.visible_to(self.request.user).filter(pk__in=asked).filter(pk__in=answerable())
        return list(rows.with_authors().select_related("anchor__section").order_by("made_at", "pk"))

    @cached_property
    def places(self) -> set[Section]:
        """The sections that the voices speak of. Ideas, and what was said at events, speak of none."""
        return {voice.anchor.section for voice in self.voices if hasattr(voice, "anchor")}

    def asked(self, name: str) -> set[int]:
        """A form says itself what it holds, so that what is gone can be left out when it is sent again."""
        asked = self.request.POST if "cites" in self.request.POST else self.request.GET
        return {as_number(number) for number in list(dict.fromkeys(asked.getlist(name)))[:THINGS_AT_ONCE]} - {None}

    @cached_property
    def posts(self) -> list[Post]:
        rows = Post.objects.visible_to(self.request.user).public().filter(pk__in=self.asked("p"))
        return list(rows.with_authors().newest_first())

    @cached_property
    def sources(self) -> list[Source]:
        rows = Source.objects.visible_to(self.request.user).public().filter(pk__in=self.asked("s"))
        return list(rows.defer("search").newest_first())

    @property
    def things(self) -> list[Post | Source]:
        """All that is cited."""
        return [*self.posts, *self.sources]

    @cached_property
    def section(self) -> Section | None:
        """The one that all of it is about, or None."""
        if self.places:
            return next(iter(self.places)) if len(self.places) == 1 else None
        form = PickForm(self.request.GET)
        form.is_valid()
        return form.cleaned_data.get("section")

    def query(self) -> str:
        """All of this as the query of an address."""
        pairs = [("c", voice.pk) for voice in self.voices]
        pairs += [("p", post.pk) for post in self.posts] + [("s", source.pk) for source in self.sources]
        if self.section is not None and not self.places:
            pairs.append(("section", self.section.slug))
        return urlencode(pairs)


class CitePickView(PermissionRequiredMixin, AnsweringMixin, TemplateView):
    """Public blog posts for a section, or sources, found by words. All by GET; ticked ones go to the page of the answer,
    together with the contributions that were chosen before."""

    permission_required = "panel.make_decision"
    template_name = "panel/cite_pick.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = PickForm(self.request.GET)
        form.is_valid()
        asked = form.cleaned_data
        scope = asked.get("scope") or "about"
        page = None
        if self.section is not None:
            words = asked.get("q") or ""
            if scope == "sources":
                rows, chosen = sources_to_cite(words=words), self.sources
            else:
                rows, chosen = posts_to_cite(self.section, words=words, about=scope == "about"), self.posts
            page = Paginator(rows.exclude(pk__in=[one.pk for one in chosen]), THINGS_A_PAGE).get_page(
                self.request.GET.get("page")
            )
        return super().get_context_data(
            form=form,
            section=self.section,
            voices=self.voices,
            asks_section=not self.places,
            posts=self.posts,
            sources=self.sources,
            page_obj=page,
            paginator=None if page is None else page.paginator,
            scope=scope,
            most=THINGS_AT_ONCE,
            back=f"{reverse('panel:decision-make')}?{self.query()}"
            if (self.voices and len(self.places) < 2) or (self.section is not None and self.things)
            else "",
            **kwargs,
        )


@dataclass(frozen=True)
class ThingInForm:
    """A post or a source on the page of an answer: its text to copy from, and the field for the passage."""

    thing: Post | Source
    html: SafeString
    field: BoundField

    @property
    def is_source(self) -> bool:
        return isinstance(self.thing, Source)


class DecisionMakeView(KeepsTypedMixin, PermissionRequiredMixin, AnsweringMixin, FormView):
    """Answer the voices named by `?c=`; a single suggestion can be taken into the draft in the same step. Blog posts named by
    `?p=` and sources named by `?s=` are cited, with or without voices."""

    permission_required = "panel.make_decision"
    template_name = "panel/decision_make.html"
    form_class = DecisionForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.voices and not self.things and self.section is not None:
            if self.asked("p") or self.asked("s"):
                messages.warning(request, _("What you chose is not public any more. Choose again."))
            return redirect(f"{reverse('panel:cite-pick')}?{self.query()}")
        if max(len(set(request.GET.getlist(name))) for name in ("p", "s")) > THINGS_AT_ONCE:
            messages.warning(
                request,
                _("You can cite up to %(most)s of each at once. The others are left out.") % {"most": THINGS_AT_ONCE},
            )
        return super().get(request, *args, **kwargs)

    @property
    def suggestion(self) -> Contribution | None:
        return self.voices[0] if len(self.voices) == 1 and self.voices[0].is_suggestion else None

    @property
    def asks_section(self) -> bool:
        return bool(self.voices) and not self.places

    def get_initial(self) -> dict[str, Any]:
        return {"section": self.section or self._section_of_session()} if self.asks_section else {}

    def _section_of_session(self) -> Section | None:
        """The one that the session was about in which the voices were heard, if it was about one."""
        about = (
            Section.objects.visible_to(self.request.user)
            .published()
            .filter(thread__about_in_sessions__notes__contribution__in=self.voices)
        )
        found = list(about.distinct()[:2])
        return found[0] if len(found) == 1 else None

    def get_form_kwargs(self) -> dict[str, Any]:
        own = {"suggestion": self.suggestion, "things": self.things, "asks_section": self.asks_section}
        return super().get_form_kwargs() | own

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.voices and self.section is None:
            raise Http404
        form = kwargs.pop("form", None) or self.get_form()
        proposals = [voice.pk for voice in self.voices if voice.kind == Kind.PROPOSAL]
        return super().get_context_data(
            form=form,
            lines=lines_of(self.voices, self.request.user),
            section=self.section,
            suggestion=self.suggestion,
            asks_section=self.asks_section,
            notes_too=notes_behind(proposals).count() if proposals else 0,
            cited=[
                ThingInForm(thing, richtext.to_html(thing.body, top_heading=4), form[quote_field(thing)])
                for thing in self.things
            ],
            pick_url=f"{reverse('panel:cite-pick')}?{self.query()}",
            **kwargs,
        )

    def form_valid(self, form: DecisionForm) -> HttpResponse:
        if not self.voices and self.section is None:
            raise Http404
        data = form.cleaned_data
        section = data["section"] if self.asks_section else self.section or next(iter(self.places))
        takes_words = self.suggestion is not None and data["outcome"] in {"accepted", "in_part"}
        try:
            if len(self.things) != len(self.asked("p")) + len(self.asked("s")):
                raise CannotCite(_("Something that you chose is not public any more, so it cannot be cited."))
            decision = self._decide(section, data, takes_words=takes_words)
        except (AnsweredAlready, NobodyToAnswer, WordsNotThere) as refusal:
            form.add_error(None, str(refusal))
            return self._again(form, 409)
        except (CannotCite, PassageNotInIt, PassageTooLong) as refusal:
            return self._things_changed(refusal)
        self._say_done(decision, takes_words)
        return redirect(f"{reverse('panel:desk')}?section={section.slug}")

    def _decide(self, section: Section, data: dict[str, Any], *, takes_words: bool) -> Decision:
        shared = {
            "by": self.request.user,
            "reason": data["reason"],
            "cites": [Cited(thing, data[quote_field(thing)]) for thing in self.things],
            "key": data["key"],
            "votes_for": data["votes_for"],
            "votes_against": data["votes_against"],
        }
        if takes_words:
            words = data["words"] if data["outcome"] == "in_part" else None
            return accept_suggestion(self.suggestion, words=words, **shared)
        return make_decision(section, voices=self.voices, outcome=data["outcome"], **shared)

    def _things_changed(self, refusal: CannotCite | PassageNotInIt | PassageTooLong) -> HttpResponse:
        """Something was withdrawn or corrected meanwhile: the page with all as it is now and all that was typed."""
        for name in ("posts", "sources"):
            self.__dict__.pop(name, None)
        form = self.get_form()
        form.is_valid()
        field = quote_field(refusal.thing) if hasattr(refusal, "thing") else None
        if field is None or (field in form.fields and not form.has_error(field)):
            form.add_error(field, str(refusal))
        if field is None:
            form.add_error(
                None, _("It is not in the list below any more. Send your answer again without it, or choose another.")
            )
        return self._again(form, 409)

    def _say_done(self, decision: Decision, takes_words: bool) -> None:
        authors = sum(voice.author is not None for voice in self.voices) + len(self.posts)
        said = ngettext("Answered. The author is told.", "Answered. All authors are told.", authors)
        if not authors:
            said = _("Answered. Everybody can read it now.")
        if takes_words:
            said = _("Answered, and the words are in the draft. They become public when the section is published.")
        messages.success(self.request, said)

    def form_invalid(self, form: DecisionForm) -> HttpResponse:
        return self._again(form, 422)

    def _again(self, form: DecisionForm, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)


class DecisionUndoView(KeepsTypedMixin, PermissionRequiredMixin, FormView):
    """Take an answer back. It stays on record, with the reason."""

    permission_required = "panel.undo_decision"
    template_name = "panel/decision_undo.html"
    form_class = UndoForm

    @cached_property
    def decision(self) -> Decision:
        rows = Decision.objects.visible_to(self.request.user).select_related("section")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        voices = Contribution.objects.visible_to(self.request.user).public().filter(voices__decision=self.decision)
        return super().get_context_data(
            decision=self.decision,
            lines=lines_of(voices.with_authors(), self.request.user),
            cited=[as_cited(voice) for voice in self.decision.voices.cited()],
            **kwargs,
        )

    def form_valid(self, form: UndoForm) -> HttpResponse:
        try:
            undo_decision(self.decision, by=self.request.user, reason=form.cleaned_data["reason"])
        except UndoneAlready as refusal:
            messages.info(self.request, str(refusal))
        else:
            messages.success(
                self.request, _("Taken back. The voices wait for an answer again, and all authors are told.")
            )
        return redirect(f"{reverse('panel:desk')}?section={self.decision.section.slug}")

    def form_invalid(self, form: UndoForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
