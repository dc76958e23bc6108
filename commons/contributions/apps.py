"""Names the app, and lets the apps above say what became of contributions."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ContributionsConfig(AppConfig):
    name = "commons.contributions"
    verbose_name = _("Contributions")

    def ready(self) -> None:
        autodiscover_modules("reports")
