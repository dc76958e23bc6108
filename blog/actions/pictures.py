"""Pictures of a post: bringing one, saying in other words what it shows, and taking one away."""

from django.db import transaction
from django.utils.translation import gettext as _

from blog.actions.writing import NotYours, lock_post
from blog.models import Picture, PictureFile, Post, Submission
from commons.audit.actions import record
from commons.imaging import Drawn
from commons.moderation.models import Standing
from commons.people.models import User

MOST_PICTURES = 20
"""Pictures of one post."""


class TooManyPictures(Exception):
    """The post has as many as it may have."""


class AltMissing(Exception):
    """Who cannot see the picture would not know what it shows."""


class PictureInUse(Exception):
    """It stands in words that are public or that wait for an editor, and these are not changed in passing."""


@transaction.atomic
def add_picture(post: Post, *, by: User, alt: str, drawn: Drawn) -> Picture:
    """Keep a picture for a post, to be put into its text. Raises `NotYours`, `AltMissing` or `TooManyPictures`."""
    row = lock_post(post, by)
    if row.pictures.count() >= MOST_PICTURES:
        raise TooManyPictures(
            _("A post can have %(most)d pictures at most. Take one away first.") % {"most": MOST_PICTURES}
        )
    picture = Picture.objects.create(post=row, by=by, alt=_said(alt), width=drawn.width, height=drawn.height)
    PictureFile.objects.bulk_create(
        PictureFile(picture=picture, width=file.width, kind=file.kind, data=file.data) for file in drawn.files
    )
    record("add_picture", row, by=by, data={"picture": str(picture.pk)})
    return picture


@transaction.atomic
def change_alt(picture: Picture, *, by: User, alt: str) -> Picture:
    """Say in other words what a picture shows. Raises `NotYours`, `AltMissing` or `PictureInUse`."""
    post, row = _lock(picture, by=by)
    row.alt = _said(alt)
    row.save(update_fields=["alt"])
    record("change_alt", post, by=by, data={"picture": str(row.pk)})
    return row


@transaction.atomic
def drop_picture(picture: Picture, *, by: User) -> None:
    """Take a picture away. Raises `NotYours` or `PictureInUse`."""
    post, row = _lock(picture, by=by)
    record("drop_picture", post, by=by, data={"picture": str(row.pk)})
    row.delete()


def _said(alt: str) -> str:
    # One line: in Markdown it stands between brackets.
    alt = " ".join(alt.split())
    if not alt:
        raise AltMissing(_("Say what the picture shows, for those who cannot see it."))
    return alt


def _lock(picture: Picture, *, by: User) -> tuple[Post, Picture]:
    post = lock_post(picture.post, by)
    row = post.pictures.select_for_update().filter(pk=picture.pk).first()
    if row is None:
        raise NotYours(_("This picture was taken away already."))
    # What a moderator took down may come back, with the picture in it.
    is_out = row.is_used and post.standing != Standing.WITHDRAWN
    waits = post.submissions.filter(outcome=Submission.Outcome.WAITING, body__contains=str(row.pk)).exists()
    if is_out or waits:
        raise PictureInUse(
            _(
                "This picture stands in a text that is public or that waits for an editor. Take it out of the text first."
            )
        )
    return post, row
