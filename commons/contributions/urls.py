"""Addresses of contributions."""

from django.urls import path

from commons.contributions import views

app_name = "contributions"

urlpatterns = [
    path("contributions/<int:pk>/", views.ContributionView.as_view(), name="contribution"),
    path("contributions/<int:pk>/history/", views.HistoryView.as_view(), name="history"),
    path("contributions/<int:pk>/reply/", views.ReplyView.as_view(), name="reply"),
    path("contributions/<int:pk>/edit/", views.ContributionEditView.as_view(), name="contribution-edit"),
    path("contributions/<int:pk>/withdraw/", views.ContributionWithdrawView.as_view(), name="contribution-withdraw"),
    path("contributions/<int:pk>/support/", views.SupportView.as_view(), name="support"),
    path("contributions/<int:pk>/report/", views.ContributionReportView.as_view(), name="contribution-report"),
    path("you/contributions/", views.OwnListView.as_view(), name="own-list"),
]
