"""Big ideas: the list, one idea with its discussion and what became of it, and the forms to add, change and speak of one."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import FormView, TemplateView

from commons.contributions.actions import SAY_REFUSALS, note_visit
from commons.contributions.forms import SayForm
from commons.contributions.models import Contribution, Kind, Order, Thread
from commons.contributions.reports import closed_because, lines_of, shut_because, thread_page
from commons.contributions.views import EditMixin, SayMixin, say_thanks, through_door
from commons.people.views.typed import KeepsTypedMixin
from consultation.actions import add_idea, change_idea
from consultation.forms.ideas import FindIdeaForm, IdeaChangeForm, IdeaForm
from consultation.models import Idea, IdeaOrder
from consultation.reports import idea_page


class IdeaListView(TemplateView):
    """Every public idea: the newest, the most supported or the most discussed; found by words, theme and need."""

    public = True
    template_name = "consultation/idea_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = FindIdeaForm(self.request.GET)
        asked = form.asked()
        page = idea_page(
            self.request.user,
            words=asked.get("q", ""),
            theme=asked.get("theme"),
            need=asked.get("need", ""),
            order=asked.get("order", IdeaOrder.NEWEST),
            after=asked.get("after"),
        )
        return super().get_context_data(
            form=form,
            page=page,
            orders=IdeaOrder.choices,
            is_narrowed=bool(asked.keys() & {"q", "theme", "need"}),
            is_later_page="after" in asked,
            **kwargs,
        )


class IdeaMixin:
    """Finds the idea of the address, if this person may see it."""

    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def idea(self) -> Idea:
        rows = Idea.objects.visible_to(self.request.user).listed()
        return get_object_or_404(rows.select_related("thread", "contribution__moderation"), pk=self.kwargs["pk"])

    @cached_property
    def contribution(self) -> Contribution:
        """With the thread, which both share: nothing about the idea's own words is asked twice."""
        self.idea.contribution.thread = self.idea.thread
        return self.idea.contribution

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_shut = not self.idea.thread.is_open_at(timezone.now())
        return super().get_context_data(idea=self.idea, contribution=self.contribution, is_shut=is_shut, **kwargs)


class IdeaView(IdeaMixin, TemplateView):
    """One idea, what became of it, and what people say to it. `?order=` sorts, `?after=` goes on."""

    public = True
    template_name = "consultation/idea.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, row = self.request.user, self.contribution
        [line] = lines_of([row], user)
        over = shut_because(self.idea.thread)
        since = note_visit(self.idea.thread, by=user) if user.is_authenticated else None
        asked = FindIdeaForm(self.request.GET).asked()
        order = self.request.GET.get("order")
        page = thread_page(
            self.idea.thread,
            user,
            rows=Contribution.objects.exclude(kind=Kind.IDEA),
            order=order if order in Order.values else Order.NEWEST,
            after=asked.get("after"),
            since=since,
        )
        verdicts = []
        if row.moderation is not None and (row.author_id == user.pk or not row.is_published):
            verdicts = list(row.moderation.verdicts.visible_to(user).select_related("appeal").order_by("-made_at"))
        return super().get_context_data(
            line=line,
            page=page,
            orders=Order.choices,
            verdicts=verdicts,
            closed=over,
            **{
                f"can_{what}": user.has_perm(f"contributions.{what}_contribution", row) for what in ("edit", "withdraw")
            },
            **kwargs,
        )


class IdeaAddView(KeepsTypedMixin, PermissionRequiredMixin, FormView):
    permission_required = "consultation.add_idea"
    template_name = "consultation/idea_add.html"
    form_class = IdeaForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: IdeaForm) -> HttpResponse:
        names = ("title", "body", "key", "themes", "helps", "needs")
        try:
            idea = add_idea(
                by=self.request.user,
                speaking=through_door(self.request, form.speaking),
                **{name: form.cleaned_data[name] for name in names},
            )
        except SAY_REFUSALS as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        say_thanks(self.request, idea.contribution)
        return redirect(idea)


class IdeaChangeView(EditMixin, IdeaMixin, PermissionRequiredMixin, FormView):
    """Change one's own idea. How it read before stays readable."""

    permission_required = "contributions.edit_contribution"
    template_name = "consultation/idea_change.html"
    form_class = IdeaChangeForm

    def has_permission(self) -> bool:
        user = self.request.user
        return user.is_authenticated and user.has_perm(self.permission_required, self.contribution)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"idea": self.idea}

    def change(self, form: IdeaChangeForm) -> Contribution:
        return change_idea(self.idea, by=self.request.user, **form.cleaned_data)

    def shown_at(self, row: Contribution) -> Idea:
        return self.idea


class IdeaCommentView(SayMixin, IdeaMixin, PermissionRequiredMixin, FormView):
    """Say something to an idea that everybody can read."""

    permission_required = "consultation.comment_on_idea"
    template_name = "consultation/idea_comment.html"
    form_class = SayForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(closed=closed_because(self.idea.thread), **kwargs)

    def has_permission(self) -> bool:
        user = self.request.user
        return user.is_authenticated and user.has_perm(self.permission_required, self.contribution)

    @property
    def thread(self) -> Thread:
        return self.idea.thread

    def read_at(self, row: Contribution) -> str:
        return f"{reverse('consultation:idea', args=[self.idea.pk])}#c{row.pk}"
