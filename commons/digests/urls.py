"""Addresses of notices."""

from django.urls import path

from commons.digests import views

app_name = "digests"

urlpatterns = [path("you/notices/", views.NoticeListView.as_view(), name="notice-list")]
