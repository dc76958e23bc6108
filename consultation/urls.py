"""Addresses of the consultation."""

from django.urls import path

from consultation import feeds
from consultation.views import (
    events,
    grouping,
    ideas,
    phases,
    programme,
    registrations,
    sources,
    texts,
)
from consultation.views.capture import notes, offline, photos, say, sending, tables
from consultation.views.marks import ballots, cards, results, screen, steps

app_name = "consultation"

# Addresses that later parts of the site will fill; until then they say plainly what comes and when.
PAGES = {
    "about/confidentiality/": "confidentiality",
    "about/accessibility/": "accessibility",
    "about/privacy/": "privacy",
    "about/contact/": "contact",
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

# --- Events -------------------------------------------------------------------------------------------------------------------

urlpatterns += [
    path("events/", events.EventListView.as_view(), name="events"),
    path("events/<slug:slug>/", events.EventView.as_view(), name="event"),
    path("events/<slug:slug>/calendar.ics", feeds.EventCalendarView.as_view(), name="event-calendar"),
    path("events/<slug:slug>/register/", registrations.RegisterView.as_view(), name="event-register"),
    path("events/<slug:slug>/leave/", registrations.LeaveView.as_view(), name="event-leave"),
    path("events/<slug:slug>/ticket/", registrations.TicketView.as_view(), name="event-ticket"),
    path("events/<slug:slug>/feedback/", registrations.FeedbackView.as_view(), name="event-feedback"),
    path("events/<slug:slug>/door/", registrations.DoorView.as_view(), name="event-door"),
    path("events/<slug:slug>/door/walk-in/", registrations.WalkInView.as_view(), name="event-walk-in"),
    path("events/<slug:slug>/door/<uuid:key>/", registrations.CheckInView.as_view(), name="event-check-in"),
    path("events/<slug:slug>/door/<uuid:key>/undo/", registrations.UndoView.as_view(), name="event-check-in-undo"),
    path("staff/events/", events.EventStaffListView.as_view(), name="event-staff-list"),
    path("staff/events/new/", events.EventAddView.as_view(), name="event-add"),
    path("staff/events/<slug:slug>/", events.EventStaffView.as_view(), name="event-staff"),
    path("staff/events/<slug:slug>/change/", events.EventChangeView.as_view(), name="event-change"),
    path("staff/events/<slug:slug>/move/", events.EventMoveView.as_view(), name="event-move"),
    path("staff/events/<slug:slug>/publish/", events.EventPublishView.as_view(), name="event-publish"),
    path("staff/events/<slug:slug>/cancel/", events.EventCancelView.as_view(), name="event-cancel"),
    path("staff/events/<slug:slug>/helpers/", events.HelperListView.as_view(), name="helper-list"),
    path("staff/events/<slug:slug>/helpers/<int:pk>/drop/", events.HelperDropView.as_view(), name="helper-drop"),
    path("staff/events/<slug:slug>/sessions/", programme.SessionListView.as_view(), name="session-list"),
    path("staff/events/<slug:slug>/sessions/new/", programme.SessionAddView.as_view(), name="session-add"),
    path("staff/events/<slug:slug>/sessions/<int:pk>/", programme.SessionChangeView.as_view(), name="session-change"),
    path("staff/events/<slug:slug>/sessions/<int:pk>/drop/", programme.SessionDropView.as_view(), name="session-drop"),
    path("staff/events/<slug:slug>/sessions/<int:pk>/minutes/", programme.MinutesView.as_view(), name="minutes"),
    path(
        "staff/events/<slug:slug>/registrations/",
        registrations.RegistrationListView.as_view(),
        name="registration-list",
    ),
    path(
        "staff/events/<slug:slug>/registrations/<int:pk>/cancel/",
        registrations.RegistrationCancelView.as_view(),
        name="registration-cancel",
    ),
    path("staff/events/<slug:slug>/needs/", registrations.AccessNeedsView.as_view(), name="access-needs"),
    path("staff/events/<slug:slug>/feedback/", registrations.FeedbackListView.as_view(), name="feedback-list"),
]

# --- What is written down at an event -----------------------------------------------------------------------------------------

urlpatterns += [
    path("events/<slug:slug>/notes/", notes.NotesView.as_view(), name="event-notes"),
    path("events/<slug:slug>/photos/<uuid:pk>/", photos.PhotoView.as_view(), name="event-photo"),
    path("events/<slug:slug>/table/", tables.TableView.as_view(), name="event-table"),
    path("events/<slug:slug>/table/send/", sending.TableSendView.as_view(), name="event-table-send"),
    path("events/<slug:slug>/table/photo/", photos.TablePhotoView.as_view(), name="event-table-photo"),
    path(
        "events/<slug:slug>/table/worker.js",
        offline.WorkerView.as_view(),
        name="event-table-worker",
    ),
    path("events/<slug:slug>/say/", say.SayView.as_view(), name="event-say"),
    path("events/<slug:slug>/say/send/", sending.SaySendView.as_view(), name="event-say-send"),
    path("events/<slug:slug>/say/worker.js", offline.WorkerView.as_view(page="say"), name="event-say-worker"),
    path("events/<slug:slug>/ideas/", grouping.EventIdeasView.as_view(), name="event-ideas"),
    path("events/<slug:slug>/ideas/<int:pk>/", grouping.EventIdeaChangeView.as_view(), name="event-idea-change"),
    path("staff/events/<slug:slug>/tables/", tables.TablesView.as_view(), name="event-tables"),
    path("staff/events/<slug:slug>/tables/cards/", tables.CardsView.as_view(), name="event-cards"),
]

# --- Marks --------------------------------------------------------------------------------------------------------------------

urlpatterns += [
    path("events/<slug:slug>/marks/", ballots.MarksView.as_view(), name="event-marks"),
    path("events/<slug:slug>/screen/", screen.ScreenView.as_view(), name="event-screen"),
    path("events/<slug:slug>/screen/now/", screen.ScreenNowView.as_view(), name="event-screen-now"),
    path("events/<slug:slug>/results/", results.ResultsView.as_view(), name="event-results"),
    path("events/<slug:slug>/door/<uuid:key>/ballot/", cards.BallotGiveView.as_view(), name="event-ballot-give"),
    path("staff/events/<slug:slug>/marks/", steps.MarksStaffView.as_view(), name="event-marks-staff"),
    path("staff/events/<slug:slug>/marks/cards/", cards.BallotsGiveView.as_view(), name="event-ballots-give"),
    path("staff/events/<slug:slug>/marks/open/", steps.MarksOpenView.as_view(), name="event-marks-open"),
    path("staff/events/<slug:slug>/marks/show/", steps.MarksShowView.as_view(), name="event-marks-show"),
    path("staff/events/<slug:slug>/marks/close/", steps.MarksCloseView.as_view(), name="event-marks-close"),
    path("staff/events/<slug:slug>/marks/freeze/", steps.MarksFreezeView.as_view(), name="event-marks-freeze"),
    path("staff/events/<slug:slug>/marks/publish/", steps.MarksPublishView.as_view(), name="event-marks-publish"),
    path("staff/events/<slug:slug>/proposals/", steps.ProposalsChooseView.as_view(), name="event-proposals-choose"),
]
