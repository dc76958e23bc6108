"""Addresses of the consultation."""

from django.urls import path

from consultation import feeds
from consultation.views import ideas, phases, sources, texts

app_name = "consultation"

# Addresses that later parts of the site will fill; until then they say plainly what comes and when.
PAGES = {
    "about/confidentiality/": "confidentiality",
    "about/accessibility/": "accessibility",
    "about/privacy/": "privacy",
    "about/contact/": "contact",
    "events/": "events",
}

urlpatterns = [
    *(path(address, texts.TextView.as_view(slug=slug), name=slug) for address, slug in PAGES.items()),
    path("about/", texts.AboutView.as_view(), name="about"),
    path("timeline/", phases.TimelineView.as_view(), name="timeline"),
    path("timeline/calendar.ics", feeds.CalendarView.as_view(), name="calendar"),
    path("timeline/follow/", phases.FollowView.as_view(), name="follow"),
    path("staff/phases/", phases.PhaseListView.as_view(), name="phase-list"),
    path("staff/phases/add/", phases.PhaseAddView.as_view(), name="phase-add"),
    path("staff/phases/<int:pk>/", phases.PhaseChangeView.as_view(), name="phase-change"),
    path("staff/phases/<int:pk>/move/", phases.PhaseMoveView.as_view(), name="phase-move"),
    path("staff/phases/<int:pk>/call-off/", phases.PhaseCallOffView.as_view(), name="phase-call-off"),
    path("staff/phases/<int:pk>/begin/", phases.PhaseBeginView.as_view(), name="phase-begin"),
    path("staff/phases/<int:pk>/end/", phases.PhaseEndView.as_view(), name="phase-end"),
    path("staff/texts/", texts.TextListView.as_view(), name="text-list"),
    path("staff/texts/<int:pk>/", texts.TextEditView.as_view(), name="text-edit"),
]

# --- The library --------------------------------------------------------------------------------------------------------------

urlpatterns += [
    path("sources/", sources.SourceListView.as_view(), name="source-list"),
    path("sources/<slug:slug>/", sources.SourceView.as_view(), name="source"),
    path("sources/<slug:slug>/file/", sources.SourceFileView.as_view(), name="source-file"),
    path("staff/sources/", sources.SourceStaffListView.as_view(), name="source-staff-list"),
    path("staff/sources/new/", sources.SourceAddView.as_view(), name="source-add"),
    path("staff/sources/<int:pk>/", sources.SourceChangeView.as_view(), name="source-change"),
    path("staff/sources/<int:pk>/publish/", sources.SourcePublishView.as_view(), name="source-publish"),
    path("staff/sources/<int:pk>/withdraw/", sources.SourceWithdrawView.as_view(), name="source-withdraw"),
]

# --- Big ideas ----------------------------------------------------------------------------------------------------------------

urlpatterns += [
    path("ideas/", ideas.IdeaListView.as_view(), name="idea-list"),
    path("ideas/new/", ideas.IdeaAddView.as_view(), name="idea-add"),
    path("ideas/<int:pk>/", ideas.IdeaView.as_view(), name="idea"),
    path("ideas/<int:pk>/edit/", ideas.IdeaChangeView.as_view(), name="idea-change"),
    path("ideas/<int:pk>/comment/", ideas.IdeaCommentView.as_view(), name="idea-comment"),
]
