"""Publishing a section: what would change and why, agreeing to it, now or at a time, and calling a publication off."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Count, Q
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, View

from blog.models import Post
from commons.contributions.models import Contribution
from panel.actions.drafting import SectionMerged, StaleDraft, approve_draft
from panel.actions.publishing import (
    NotAgreed,
    NothingToPublish,
    ReasonsMissing,
    Reckoning,
    TimeWrong,
    agreed_by,
    cancel_publication,
    may_publish_alone,
    place_of,
    publish_section,
    reckon,
    schedule_publication,
)
from panel.forms.publishing import BasedOnForm, PublishForm
from panel.models import Decision, Version
from panel.reports import ShownParagraph, Why, reasons_of
from panel.views.room import (
    HandsBackMixin,
    RoomMixin,
    ToldChange,
    day_and_clock,
    not_saved,
    tell_changes,
    typed_words,
)
from panel.views.strategy import shown_paragraphs_alone


@dataclass(frozen=True)
class PublishedChange:
    """A paragraph that would change: why it does, or the fields that ask for it."""

    shown: ToldChange
    name: str
    place: str
    reasons: list[Why]
    because: BoundField | None = None
    words: BoundField | None = None


class SectionPublishView(HandsBackMixin, PermissionRequiredMixin, RoomMixin, FormView):
    permission_required = "panel.publish_section"
    template_name = "panel/section_publish.html"
    room = "publish"
    form_class = PublishForm

    # --- What would change ---

    @cached_property
    def pending(self) -> dict[int, Why]:
        """The changes that wait in the draft, with the voices behind them."""
        return {why.change.pk: why for why in reasons_of(self.section.changes.pending())}

    @cached_property
    def reckoning(self) -> Reckoning:
        return reckon(self.section, self.draft.body, [why.change for why in self.pending.values()])

    @cached_property
    def changed(self) -> list[ToldChange]:
        return tell_changes(self.reckoning.changes, self.section.number)

    @property
    def is_first(self) -> bool:
        return self.section.current is None

    @property
    def has_new_title(self) -> bool:
        return not self.is_first and self.draft.title != self.section.current.title

    @property
    def is_nothing(self) -> bool:
        return not self.draft.body.strip() or (
            not self.is_first
            and (self.draft.title, self.draft.body) == (self.section.current.title, self.section.current.body)
        )

    @cached_property
    def names(self) -> dict[str, str]:
        """How each changed paragraph is called in a sentence, by what names it in the form."""
        return {place_of(told.change): _name_of(told, self.section.number) for told in self.changed}

    @property
    def places(self) -> dict[str, str]:
        """Those that still want a reason. The first version needs none: there is nothing it changes."""
        if self.is_first:
            return {}
        return {place_of(change): self.names[place_of(change)] for change in self.reckoning.open}

    @property
    def explained(self) -> dict[str, str]:
        """Those that an answer explains already. More may have changed there than it asked for."""
        return {} if self.is_first else {place: self.names[place] for place in self.reckoning.covered}

    @cached_property
    def answers(self) -> list[tuple[int, str]]:
        """The answers that stand and promised other words, those first that have changed nothing yet."""
        public = Q(voices__contribution__in=Contribution.objects.public())
        cited = Q(voices__post__in=Post.objects.visible_to(self.request.user).public())
        rows = (
            Decision.objects.visible_to(self.request.user)
            .standing()
            .filter(section=self.section, outcome__in=[Decision.Outcome.ACCEPTED, Decision.Outcome.IN_PART])
            .annotate(
                voice_count=Count("voices", filter=public, distinct=True),
                post_count=Count("voices", filter=cited, distinct=True),
                change_count=Count("changes", filter=Q(changes__version__isnull=False), distinct=True),
            )
            .order_by("change_count", "-made_at", "-pk")
        )
        return [(row.pk, _label_of(row)) for row in rows]

    # --- The form ---

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | self._asked()

    def _asked(self) -> dict[str, Any]:
        return {"places": self.places, "explained": self.explained, "answers": self.answers}

    def get_initial(self) -> dict[str, Any]:
        return {"based_on": self.draft.revision}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or self.get_form()
        user, draft = self.request.user, self.draft
        agreed = list(agreed_by(draft)) if settings.PANEL_QUORUM else []
        return super().get_context_data(
            form=form,
            rows=[self._row(told, form) for told in self.changed],
            is_first=self.is_first,
            is_nothing=self.is_nothing,
            has_new_title=self.has_new_title,
            first_text=self._first_text() if self.is_first else [],
            quorum=settings.PANEL_QUORUM,
            agreed=agreed,
            have_agreed=any(approval.person_id == user.pk for approval in agreed),
            may_publish=may_publish_alone(user) or 0 < settings.PANEL_QUORUM <= len(agreed),
            may_cancel=may_publish_alone(user) or settings.PANEL_QUORUM > 0,
            left_over=self._left_over(form),
            **kwargs,
        )

    def _first_text(self) -> list[ShownParagraph]:
        section, draft = self.section, self.draft
        return shown_paragraphs_alone(
            Version(section=section, section_number=section.number, title=draft.title, body=draft.body)
        )

    def _row(self, told: ToldChange, form: PublishForm) -> PublishedChange:
        place = place_of(told.change)
        known = self.reckoning.covered.get(place, ()) if not self.is_first else ()
        fields = {
            name: form[f"{name}-{place}"] if f"{name}-{place}" in form.fields else None for name in ("because", "words")
        }
        reasons = [self.pending[change.pk] for change in known]
        return PublishedChange(told, self.names[place], place, reasons, **fields)

    def _left_over(self, form: PublishForm) -> list[str]:
        """Reasons that were typed for paragraphs that read otherwise by now: shown, so that they can be copied."""
        return [
            words
            for name, values in self.request.POST.lists()
            if name.startswith("words-") and name not in form.fields
            for words in values
            if words.strip()
        ]

    # --- Publishing ---

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("based_on") != str(self.draft.revision):
            return self._stale(
                _("The draft was saved again since you opened this page. Read it once more, then publish.")
            )
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: PublishForm) -> HttpResponse:
        data = form.cleaned_data
        shared = {
            "by": self.request.user,
            "based_on": data["based_on"],
            "reasons": form.reasons,
            "note": " ".join(data["note"].split()),
        }
        try:
            if data["when"] == "later":
                draft = schedule_publication(self.section, publish_at=data["publish_at"], **shared)
                said = _("It will be published on %(time)s.") % {"time": day_and_clock(draft.publish_at)}
                messages.success(self.request, said)
                return redirect("panel:section-publish", self.section.slug)
            version = publish_section(self.section, **shared)
        except (StaleDraft, NothingToPublish) as refusal:
            return self._stale(str(refusal))
        except NotAgreed as refusal:
            form.add_error(None, str(refusal))
        except TimeWrong as refusal:
            form.add_error("publish_at", str(refusal))
            return self._again(form, 422)
        except SectionMerged as refusal:
            return not_saved(self.request, typed_words(self.request, PublishForm), str(refusal), status=409)
        except ReasonsMissing as refusal:
            return self._stale(str(refusal))
        else:
            messages.success(self.request, _("Published as version %(number)s.") % {"number": version.number})
            return redirect(self.section)
        return self._again(form, 409)

    def form_invalid(self, form: PublishForm) -> HttpResponse:
        return self._again(form, 422)

    def _again(self, form: PublishForm, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def _stale(self, why: str) -> HttpResponse:
        """The draft or the version in force is another by now: the page as it is now, with what was typed wherever it still fits.
        The form speaks of the latest wording then, so that publishing again is a decision and not an accident."""
        for name in ("section", "any_section", "draft", "pending", "reckoning", "changed", "names", "answers"):
            self.__dict__.pop(name, None)
        data: QueryDict = self.request.POST.copy()
        data["based_on"] = str(self.draft.revision)
        form = PublishForm(data, **self._asked())
        form.add_error(None, why)
        return self._again(form, 409)


def _name_of(told: ToldChange, section_number: int) -> str:
    change = told.change
    if change.new is None:
        number = change.old.number
        if number is None:
            return _("the heading “%(words)s” (taken out)") % {"words": Truncator(change.old.text).chars(60)}
        return _("the old %(number)s (taken out)") % {"number": f"{section_number}.{number}"}
    if change.new.number is None:
        return _("the heading “%(words)s”") % {"words": Truncator(change.new.text).chars(60)}
    return told.label


def _label_of(decision: Decision) -> str:
    voices, posts = decision.voice_count, decision.post_count
    facts = [decision.get_outcome_display()]
    if voices or not posts:
        facts.append(ngettext("%(count)s voice", "%(count)s voices", voices) % {"count": voices})
    if posts:
        facts.append(ngettext("%(count)s blog post", "%(count)s blog posts", posts) % {"count": posts})
    reason = Truncator(" ".join(decision.reason.split())).words(14)
    return f"{', '.join(facts)}: {reason}"


class DraftApproveView(PermissionRequiredMixin, RoomMixin, View):
    """One button: this very wording may be published."""

    permission_required = "panel.approve_draft"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = BasedOnForm(request.POST)
        try:
            approve_draft(
                self.section, by=request.user, based_on=form.cleaned_data["based_on"] if form.is_valid() else -1
            )
        except StaleDraft as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("You agree to this wording. If it is saved again, you will be asked again."))
        return redirect("panel:section-publish", self.section.slug)


class PublicationCancelView(PermissionRequiredMixin, RoomMixin, View):
    """One button: what waits for its time does not come out."""

    permission_required = "panel.publish_section"
    http_method_names = ["post"]

    def has_permission(self) -> bool:
        user = self.request.user
        return super().has_permission() and (may_publish_alone(user) or settings.PANEL_QUORUM > 0)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        cancel_publication(self.section, by=request.user)
        messages.success(request, _("Called off. The draft is still there."))
        return redirect("panel:section-publish", self.section.slug)
