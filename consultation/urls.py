"""Addresses of the consultation."""

from django.urls import path

from consultation import views

app_name = "consultation"

# Addresses that later parts of the site will fill; until then they say plainly what comes and when.
PAGES = {
    "about/": "about",
    "about/confidentiality/": "confidentiality",
    "about/accessibility/": "accessibility",
    "about/privacy/": "privacy",
    "about/contact/": "contact",
    "events/": "events",
}

urlpatterns = [
    *(path(address, views.TextView.as_view(slug=slug), name=slug) for address, slug in PAGES.items()),
    path("staff/texts/", views.TextListView.as_view(), name="text-list"),
    path("staff/texts/<int:pk>/", views.TextEditView.as_view(), name="text-edit"),
]
