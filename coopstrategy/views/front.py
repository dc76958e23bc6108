"""The front pages: everybody's, the staff's, and the list of public pages for search engines."""

from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import UserPassesTestMixin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from blog.reports import newest_posts
from blog.sitemaps import addresses as blog_addresses
from census.models import Wave
from census.reports import coverage_of
from commons.exports.reports import reports_for
from consultation.models import Text
from consultation.reports.phases import timeline
from consultation.sitemaps import addresses as library_addresses
from panel.reports import answering_counts, latest_said

# (permission, words, address) of the staff's other work; an entry shows to whoever may open it.
DOORS = [
    ("people.import_register", _("The register of co-ops"), "people:register-import"),
    ("people.verify_membership", _("Members waiting to be checked"), "people:membership-list"),
    ("people.see_people", _("People and their roles"), "people:person-list"),
    ("people.see_doors", _("Links to hand on, and what came of them"), "people:door-list"),
    ("people.see_missing", _("Who is missing"), "people:missing-list"),
    ("consultation.change_phase", _("Phases of the process"), "consultation:phase-list"),
    ("consultation.edit_text", _("Texts of the site"), "consultation:text-list"),
    ("themes.see_themes", _("Themes"), "themes:theme-list"),
    ("consultation.see_source_list", _("Sources in the library"), "consultation:source-staff-list"),
    ("consultation.see_event_list", _("Events to set up"), "consultation:event-staff-list"),
    ("digests.see_queues", _("What waits, and what failed"), "queues"),
    ("audit.see_entries", _("The record of what was done"), "audit:entry-list"),
]


class HomeView(TemplateView):
    public = True
    template_name = "home.html"

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        now = timezone.now()
        wave = Wave.objects.opened_by(now).first()
        return super().get_context_data(
            texts={
                text.slug.removeprefix("home-"): text
                for text in Text.objects.in_language(get_language()).filter(slug__startswith="home-")
            },
            timeline=timeline(timezone.localdate(now)),
            wave=wave
            and {
                "title": wave.title,
                "closes_at": wave.closes_at,
                "is_open": wave.is_open_at(now),
                "days_left": wave.days_left_at(now),
                "url": wave.get_absolute_url(),
            },
            coverage=wave and coverage_of(wave),
            said=latest_said(),
            posts=newest_posts(),
            counts=answering_counts(),
            **kwargs,
        )


class SitemapView(View):
    """The public pages of the blog and the library, for search engines (sitemaps.org). What is not public any more is not in
    the next one."""

    public = True

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [
            (f"{settings.SITE_ADDRESS}{path}", changed_at)
            for path, changed_at in chain(blog_addresses(), library_addresses())
        ]
        return HttpResponse(render_to_string("sitemap.xml", {"rows": rows}), content_type="application/xml")


class StaffHomeView(UserPassesTestMixin, TemplateView):
    """The doors behind which staff work. Each door asks its own permission again."""

    template_name = "staff_home.html"

    def test_func(self) -> bool:
        user = self.request.user
        return user.is_authenticated and bool(user.roles & {"staff", "analyst"})

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        user = self.request.user
        doors = [
            {"label": label, "url": reverse(address)}
            for permission, label, address in DOORS
            if user.has_perm(permission)
        ]
        # The page of exports is there for those who have some to ask for.
        if reports_for(user):
            doors.insert(0, {"label": _("Exports"), "url": reverse("exports:job-list")})
        return super().get_context_data(waves=Wave.objects.visible_to(user), doors=doors, **kwargs)
