"""Addresses of the record."""

from django.urls import path

from commons.audit.views import EntryListView

app_name = "audit"
urlpatterns = [path("staff/record/", EntryListView.as_view(), name="entry-list")]
