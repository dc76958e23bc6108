"""Addresses of exports."""

from django.urls import path

from commons.exports import views

app_name = "exports"

urlpatterns = [
    path("exports/", views.JobListView.as_view(), name="job-list"),
    path("exports/ask/<slug:report>/", views.JobAskView.as_view(), name="job-ask"),
    path("exports/<uuid:pk>/", views.JobDetailView.as_view(), name="job-detail"),
    path("exports/<uuid:pk>/progress/", views.JobProgressView.as_view(), name="job-progress"),
    path("exports/<uuid:pk>/cancel/", views.JobCancelView.as_view(), name="job-cancel"),
    path("exports/<uuid:pk>/again/", views.JobRetryView.as_view(), name="job-retry"),
    path("exports/<uuid:pk>/download/", views.JobDownloadView.as_view(), name="job-download"),
]
