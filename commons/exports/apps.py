"""Names the app, and finds the reports that other apps register in their exports.py."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    name = "commons.exports"
    verbose_name = _("Exports")

    def ready(self) -> None:
        autodiscover_modules("exports")
