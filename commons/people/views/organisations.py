"""Finding an organisation in the register, joining it and leaving it; and the queue where staff answer requests."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, TemplateView, View

from commons.people.actions import (
    MembershipExists,
    MembershipNotWaiting,
    MembershipOver,
    OwnRequest,
    ask_membership,
    decline_membership,
    end_membership,
    verify_membership,
)
from commons.people.forms.organisations import (
    MembershipAskForm,
    MembershipCheckForm,
    MembershipEndForm,
    OrganisationSearchForm,
)
from commons.people.models import Membership, Organisation

RESULTS_A_PAGE = 20
SUGGESTIONS = 10


class OrganisationFindView(PermissionRequiredMixin, TemplateView):
    """Search the register and choose one. All by GET: `q` searches, `organisation` chooses."""

    permission_required = "people.ask_membership"
    template_name = "people/organisation_find.html"

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        chosen = request.GET.get("organisation", "")
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
            organisation = Organisation.objects.live().filter(pk=chosen).first()
            if organisation is not None:
                return redirect("people:membership-ask", pk=organisation.pk)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: object) -> dict:
        context = super().get_context_data(**kwargs)
        context["form"] = form = OrganisationSearchForm(self.request.GET or None)
        words = form.cleaned_data["q"].strip() if form.is_valid() else ""
        context["words"] = words
        if words:
            found = Organisation.objects.live().matching(words).in_name_order()
            context["page_obj"] = Paginator(found, RESULTS_A_PAGE).get_page(self.request.GET.get("page"))
        # Somebody pressed "Continue" without having chosen.
        context["nothing_chosen"] = "choose" in self.request.GET
        return context


class OrganisationSuggestView(PermissionRequiredMixin, View):
    """The first few organisations for what has been typed so far, as JSON: `[{"value": id, "label": name and place}]`."""

    permission_required = "people.ask_membership"

    def get(self, request: HttpRequest) -> JsonResponse:
        form = OrganisationSearchForm(request.GET)
        words = form.cleaned_data["q"].strip() if form.is_valid() else ""
        found = Organisation.objects.live().matching(words).in_name_order()[:SUGGESTIONS] if len(words) > 1 else []
        labels = [
            {"value": row.pk, "label": ", ".join(part for part in (str(row), row.postcode) if part)} for row in found
        ]
        return JsonResponse(labels, safe=False)


class MembershipAskView(PermissionRequiredMixin, FormView):
    """Say what you do in the organisation, and ask to be put on it."""

    permission_required = "people.ask_membership"
    template_name = "people/membership_ask.html"
    form_class = MembershipAskForm

    @cached_property
    def organisation(self) -> Organisation:
        return get_object_or_404(Organisation.objects.live(), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: object) -> dict:
        return super().get_context_data(organisation=self.organisation, **kwargs)

    def form_valid(self, form: MembershipAskForm) -> HttpResponse:
        try:
            ask_membership(self.organisation, by=self.request.user, part=form.cleaned_data["part"])
        except MembershipExists as refusal:
            messages.info(self.request, str(refusal))
        else:
            messages.success(self.request, _("Thank you. We will check this and tell you here."))
        return redirect("people:you")


class MembershipEndView(PermissionRequiredMixin, FormView):
    """Leave an organisation or take back a request; staff may end anyone's."""

    permission_required = "people.end_membership"
    template_name = "people/membership_end.html"
    form_class = MembershipEndForm

    @cached_property
    def membership(self) -> Membership:
        rows = Membership.objects.visible_to(self.request.user).live().select_related("organisation", "user")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def has_permission(self) -> bool:
        # Nobody is asked for who is not signed in: the search itself would otherwise tell which numbers exist.
        user = self.request.user
        return user.is_authenticated and user.has_perm(self.permission_required, self.membership)

    def get_context_data(self, **kwargs: object) -> dict:
        return super().get_context_data(membership=self.membership, is_own=self._is_own(), **kwargs)

    def form_valid(self, form: MembershipEndForm) -> HttpResponse:
        try:
            end_membership(self.membership, by=self.request.user)
        except MembershipOver as refusal:
            messages.info(self.request, str(refusal))
        else:
            messages.success(self.request, _("Done. It has ended."))
        if self._is_own():
            return redirect("people:you")
        return redirect("people:person-detail", pk=self.membership.user_id)

    def _is_own(self) -> bool:
        return self.membership.user_id == self.request.user.pk


class MembershipListView(PermissionRequiredMixin, ListView):
    """Requests that wait for an answer, the oldest first."""

    permission_required = "people.verify_membership"
    template_name = "people/membership_list.html"
    paginate_by = 50

    def get_queryset(self) -> object:
        return Membership.objects.asked().select_related("organisation", "user").order_by("asked_at", "pk")


class MembershipCheckView(PermissionRequiredMixin, FormView):
    """One request and the answer to it."""

    permission_required = "people.verify_membership"
    template_name = "people/membership_check.html"
    form_class = MembershipCheckForm

    @cached_property
    def membership(self) -> Membership:
        rows = Membership.objects.visible_to(self.request.user).select_related("organisation", "user", "verified_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: object) -> dict:
        colleagues = (
            Membership.objects.filter(organisation=self.membership.organisation)
            .live()
            .exclude(pk=self.membership.pk)
            .select_related("user")
            .order_by("asked_at", "pk")
        )
        row = self.membership
        facts = [
            {"label": _("Person"), "values": [f"{row.user}, {row.user.email}"]},
            {"label": _("Their part in it"), "values": [row.part] if row.part else []},
            {"label": _("Organisation"), "values": [row.organisation.name]},
            {"label": _("Registered number"), "values": [row.organisation.registered_number or _("None")]},
            {
                "label": _("Address"),
                "values": [", ".join(filter(None, (row.organisation.street, row.organisation.place)))],
            },
            {"label": _("Asked"), "values": [date_format(timezone.localtime(row.asked_at), "j F Y")]},
        ]
        return super().get_context_data(
            membership=row, colleagues=colleagues, facts=facts, is_own=row.user_id == self.request.user.pk, **kwargs
        )

    def form_valid(self, form: MembershipCheckForm) -> HttpResponse:
        by = self.request.user
        try:
            if form.cleaned_data["answer"] == form.ACCEPT:
                verify_membership(self.membership, by=by, how=Membership.How.STAFF)
                messages.success(self.request, _("Accepted."))
            else:
                decline_membership(self.membership, by=by, reason=form.cleaned_data["reason"])
                messages.success(self.request, _("Turned down. The person can read your reason."))
        except (MembershipNotWaiting, OwnRequest) as refusal:
            messages.error(self.request, str(refusal))
        return redirect(reverse("people:membership-list"))
