"""Names the app, and lets the apps above say which kinds of notice they write."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class DigestsConfig(AppConfig):
    name = "commons.digests"
    verbose_name = _("Notices and e-mail")

    def ready(self) -> None:
        autodiscover_modules("notices")
