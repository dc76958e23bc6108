"""Addresses of moderation. The ledger is for everybody, one page for the author of what was judged, the rest for moderators."""

from django.urls import path

from commons.moderation import views

app_name = "moderation"

urlpatterns = [
    path("moderation/", views.QueueView.as_view(), name="queue"),
    path("moderation/ledger/", views.LedgerView.as_view(), name="ledger"),
    path("moderation/<int:pk>/", views.ModerationDecideView.as_view(), name="moderation-decide"),
    path("moderation/appeals/<int:pk>/", views.AppealDecideView.as_view(), name="appeal-decide"),
    path("moderation/verdicts/<int:pk>/appeal/", views.VerdictAppealView.as_view(), name="verdict-appeal"),
]
