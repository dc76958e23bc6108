"""Every address of the site. Each app writes its own full paths, so that a path is found by searching for it."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from coopstrategy.heard import views as heard
from coopstrategy.views import errors, front, health, queues

urlpatterns = [
    path("", front.HomeView.as_view(), name="home"),
    path("staff/", front.StaffHomeView.as_view(), name="staff-home"),
    path("heard/", heard.HeardView.as_view(), name="heard"),
    path("heard/campaigns/", heard.CampaignListView.as_view(), name="heard-campaigns"),
    path("heard/campaigns/<int:pk>/", heard.CampaignView.as_view(), name="heard-campaign"),
    path("heard/door/<uuid:key>/", heard.DoorCountsView.as_view(), name="heard-door"),
    path("staff/queues/", queues.QueuesView.as_view(), name="queues"),
    path("health/live/", health.LiveView.as_view(), name="health-live"),
    path("health/ready/", health.ReadyView.as_view(), name="health-ready"),
    path("accounts/", include("allauth.urls")),
    path("sitemap.xml", front.SitemapView.as_view(), name="sitemap"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/icon.svg")),
    path("", include("panel.urls")),
    path("", include("consultation.urls")),
    path("", include("census.urls")),
    path("", include("blog.urls")),
    path("", include("commons.contributions.urls")),
    path("", include("commons.moderation.urls")),
    path("", include("commons.exports.urls")),
    path("", include("commons.digests.urls")),
    path("", include("commons.themes.urls")),
    path("", include("commons.people.urls")),
    path("", include("commons.audit.urls")),
    # One way to change a password: with allauth's limits, its fresh sign-in and its mail that says so.
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
]

if settings.DEMO:
    urlpatterns.append(path("", include("coopstrategy.demo.urls")))

handler400 = errors.bad_request
handler403 = errors.not_found
handler404 = errors.not_found
handler500 = errors.server_error
