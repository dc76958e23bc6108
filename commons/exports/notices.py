"""Which notices tell of exports: service messages to whoever asked for a file."""

from django.utils.translation import gettext_lazy as _

from commons.digests.reports import Group, register_kind

WHY = _("You asked for a file.")

register_kind("export-ready", label=_("Your export is ready"), why=WHY, group=Group.OWN, service=True)
register_kind("export-failed", label=_("Your export could not be made"), why=WHY, group=Group.OWN, service=True)
