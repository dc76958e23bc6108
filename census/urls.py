"""Addresses of the census: for those who answer, and for staff."""

from django.urls import path

from census.views import answering, entering, staff

app_name = "census"

urlpatterns = [
    path("census/", entering.StartView.as_view(), name="start"),
    path("census/code/", entering.CodeView.as_view(), name="code"),
    path("census/leave/", entering.LeaveView.as_view(), name="leave"),
    path("census/<slug:wave>/", answering.HubView.as_view(), name="hub"),
    path("census/<slug:wave>/choose/", entering.ChooseView.as_view(), name="choose"),
    path("census/<slug:wave>/join/", entering.JoinView.as_view(), name="join"),
    path("census/<slug:wave>/check/", answering.CheckView.as_view(), name="check"),
    path("census/<slug:wave>/done/", answering.DoneView.as_view(), name="done"),
    path("census/<slug:wave>/answers/", answering.AnswersView.as_view(), name="answers"),
    path("census/<slug:wave>/refuse/", answering.RefuseView.as_view(), name="refuse"),
    path("census/<slug:wave>/suggestions/", answering.SuggestionsView.as_view(), name="suggestions"),
    path("census/<slug:wave>/<slug:section>/<slug:page>/", answering.PageView.as_view(), name="page"),
    path("staff/census/<slug:wave>/", staff.WaveView.as_view(), name="wave"),
    path("staff/census/<slug:wave>/extend/", staff.CloseExtendView.as_view(), name="close-extend"),
    path("staff/census/<slug:wave>/codes/", staff.CodesIssueView.as_view(), name="codes-issue"),
    path("staff/census/<slug:wave>/cases/", staff.CaseListView.as_view(), name="case-list"),
    path("staff/census/<slug:wave>/cases/<int:pk>/", staff.CaseView.as_view(), name="case"),
    path(
        "staff/census/<slug:wave>/cases/<int:pk>/codes/<uuid:code>/revoke/",
        staff.CodeRevokeView.as_view(),
        name="code-revoke",
    ),
    path("staff/census/<slug:wave>/cases/<int:pk>/refuse/", staff.CaseRefuseView.as_view(), name="case-refuse"),
    path("staff/census/<slug:wave>/cases/<int:pk>/answers/", staff.AnswersOpenView.as_view(), name="answers-open"),
]
