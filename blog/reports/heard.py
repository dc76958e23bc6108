"""The blog as a strand of what was heard: posts, and what was said to them."""

from django.db.models import BigIntegerField, F, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from blog.models import Post
from commons.contributions.models import Contribution, names_its_co_op
from commons.people.reports.heard import register_strand


def heard() -> list[QuerySet]:
    """What everybody may read."""
    posts, nothing = Post.objects.public(), Value(None, output_field=BigIntegerField())
    said = Contribution.objects.public().filter(thread__post__in=posts)
    return [
        posts.annotate(co=F("organisation"), via=F("door"), about=nothing, named=Value(True)),
        said.annotate(co=F("organisation"), via=F("door"), about=F("thread"), named=names_its_co_op()),
    ]


register_strand("blog", _("The independent blog"), heard, place=3)
