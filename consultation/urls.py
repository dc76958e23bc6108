"""Addresses of the consultation."""

from django.urls import path

from consultation.views import texts

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
    *(path(address, texts.TextView.as_view(slug=slug), name=slug) for address, slug in PAGES.items()),
    path("staff/texts/", texts.TextListView.as_view(), name="text-list"),
    path("staff/texts/<int:pk>/", texts.TextEditView.as_view(), name="text-edit"),
]
