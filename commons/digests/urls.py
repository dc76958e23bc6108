"""Addresses of notices."""

from django.urls import path

from commons.digests import views

app_name = "digests"

urlpatterns = [
    path("you/notices/", views.NoticeListView.as_view(), name="notice-list"),
    path("you/notices/settings/", views.SubscriptionChangeView.as_view(), name="subscription-change"),
    path("you/notices/resume/", views.AddressResumeView.as_view(), name="address-resume"),
    path("you/notices/why/", views.WhyView.as_view(), name="why"),
    path("unsubscribe/<str:token>/", views.UnsubscribeView.as_view(), name="unsubscribe"),
    path("mail/returned/", views.BounceView.as_view(), name="bounce"),
]
