"""What was said to the sections, as a strand of what was heard."""

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from commons.contributions.models import Contribution, names_its_co_op
from commons.people.reports.heard import register_strand


def heard() -> list[models.QuerySet]:
    """What everybody may read of what was said to the sections."""
    rows = Contribution.objects.public().filter(thread__section__current__isnull=False)
    return [rows.annotate(co=F("organisation"), via=F("door"), about=F("thread"), named=names_its_co_op())]


register_strand("comments", _("Comments on the draft"), heard, place=2)
