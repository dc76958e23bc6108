"""Addresses of the framework, of what people say to it, and of the panel."""

from django.urls import path

from panel.views import arranging, desk, giving, inside, pack, publishing, seats, strategy, writing

app_name = "panel"

urlpatterns = [
    path("strategy/", strategy.FrameworkView.as_view(), name="framework"),
    path("strategy/document/", strategy.DocumentView.as_view(), name="document"),
    path("strategy/changes/", strategy.ChangesView.as_view(), name="changes"),
    path("strategy/<slug:section>/", strategy.SectionView.as_view(), name="section"),
    path("strategy/<slug:section>/changes/", strategy.SectionChangesView.as_view(), name="section-changes"),
    path("strategy/<slug:section>/history/", strategy.VersionListView.as_view(), name="version-list"),
    path("strategy/<slug:section>/v/<int:number>/", strategy.VersionView.as_view(), name="version"),
    path("strategy/<slug:section>/compare/<int:old>/<int:new>/", strategy.CompareView.as_view(), name="compare"),
    # What people say
    path("strategy/<slug:section>/comment/", giving.CommentView.as_view(), name="comment"),
    path("strategy/<slug:section>/suggest/", giving.SuggestView.as_view(), name="suggest"),
    path("strategy/<slug:section>/key-in/", giving.KeyInView.as_view(), name="key-in"),
    path("contributions/<int:pk>/applies/", giving.StillAppliesView.as_view(), name="still-applies"),
    # The desk
    path("panel/desk/", desk.DeskView.as_view(), name="desk"),
    path("panel/desk/cite/", desk.CitePickView.as_view(), name="cite-pick"),
    path("panel/desk/answer/", desk.DecisionMakeView.as_view(), name="decision-make"),
    path("panel/desk/decisions/<int:pk>/undo/", desk.DecisionUndoView.as_view(), name="decision-undo"),
]

# --- The writing room ---------------------------------------------------------------------------------------------------------

urlpatterns += [
    path("strategy/<slug:section>/edit/", writing.SectionEditView.as_view(), name="section-edit"),
    path("strategy/<slug:section>/edit/keep/", writing.CopyKeepView.as_view(), name="copy-keep"),
    path("strategy/<slug:section>/edit/preview/", writing.PreviewView.as_view(), name="preview"),
    path("strategy/<slug:section>/evidence/", writing.SectionEvidenceView.as_view(), name="section-evidence"),
    path("strategy/<slug:section>/drafts/", inside.DraftRevisionsView.as_view(), name="draft-revisions"),
    path("strategy/<slug:section>/inside/", inside.InsideView.as_view(), name="inside"),
    path("strategy/<slug:section>/dissent/", inside.DissentRecordView.as_view(), name="dissent-record"),
    path("strategy/<slug:section>/publish/", publishing.SectionPublishView.as_view(), name="section-publish"),
    path("strategy/<slug:section>/approve/", publishing.DraftApproveView.as_view(), name="draft-approve"),
    path("strategy/<slug:section>/unschedule/", publishing.PublicationCancelView.as_view(), name="publication-cancel"),
    path("strategy/<slug:section>/arrange/", arranging.SectionArrangeView.as_view(), name="section-arrange"),
    path("panel/sections/new/", arranging.SectionOpenView.as_view(), name="section-open"),
]

# --- The panel itself, and files ----------------------------------------------------------------------------------------------

urlpatterns = [
    path("panel/", seats.PanelView.as_view(), name="panel"),
    path("panel/seats/<int:pk>/", seats.SeatDeclareView.as_view(), name="seat-declare"),
    path("panel/welcome/", seats.WelcomeEditView.as_view(), name="welcome-edit"),
    # Before the sections, whose addresses begin alike.
    path("strategy/pack/", pack.PackView.as_view(), name="pack"),
    path("strategy/pack/print/", pack.PackPrintView.as_view(), name="pack-print"),
    path("strategy/pack/file/", pack.PackFileView.as_view(), name="pack-file"),
    *urlpatterns,
]
