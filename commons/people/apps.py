"""Names the app, and lets the apps above say what becomes of what somebody left when they close their account, and what was
heard."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "commons.people"
    verbose_name = _("People")

    def ready(self) -> None:
        autodiscover_modules("actions.leaving", "reports.heard")
