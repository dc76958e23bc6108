"""What people do with big ideas: add one, change it, and hear what others say to it. Everything else is done with what was
said."""

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from commons.audit.actions import record
from commons.contributions.actions import Speaking, add_contribution, edit_contribution, open_thread
from commons.contributions.models import Contribution, Kind
from commons.digests.actions import notify
from commons.people.models import User
from commons.themes.models import Theme
from consultation.models import Idea

ANNOUNCED_AT_ONCE = 200


@transaction.atomic
def add_idea(
    *,
    by: User,
    title: str,
    body: str,
    key: uuid.UUID,
    themes: Iterable[Theme] = (),
    helps: Iterable[str] = (),
    needs: Iterable[str] = (),
    speaking: Speaking = Speaking(),  # noqa: B008 - frozen
) -> Idea:
    """Put an idea before everybody, in a thread of its own. It is held as a comment of the same person would be. The same `key`
    (one per form shown) gives the same idea.

    Raises what `add_contribution` raises.
    """
    # One at a time for each author, so that the second half of a double click opens no second thread.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    # Apart from the keys of comments, so that no form of another kind is taken for this one.
    key = uuid.uuid5(key, "idea")
    already = Idea.objects.filter(contribution__author=by, contribution__key=key).select_related("contribution").first()
    if already is not None:
        return already
    thread = open_thread(by=by)
    # Moderators who speak of their own idea decide nothing here.
    thread.hosts.add(by)
    row = add_contribution(thread, by=by, kind=Kind.IDEA, title=title, body=body, key=key, speaking=speaking)
    idea = Idea.objects.create(contribution=row, thread=thread, helps=list(helps), needs=list(needs))
    idea.themes.set(themes)
    record("add_idea", idea, by=by)
    return idea


@transaction.atomic
def change_idea(
    idea: Idea,
    *,
    by: User,
    title: str,
    body: str,
    based_on: int,
    themes: Iterable[Theme] = (),
    helps: Iterable[str] = (),
    needs: Iterable[str] = (),
) -> Contribution:
    """Other words for an idea, or another place for it. How it read before stays readable.

    Raises what `edit_contribution` raises.
    """
    # This locks what was said, and so the idea: everything that changes one comes by here.
    row = edit_contribution(idea.contribution, by=by, title=title, body=body, based_on=based_on)
    idea = Idea.objects.get(pk=idea.pk)
    before = set(idea.helps), set(idea.needs), set(idea.themes.all())
    if before != (set(helps), set(needs), set(themes)) and row.revision == based_on:
        # The words stayed, so nothing has counted this change yet: a form shown before it must not undo it.
        row.revision += 1
        row.save(update_fields=["revision"])
    idea.helps, idea.needs = list(helps), list(needs)
    idea.save(update_fields=["helps", "needs"])
    idea.themes.set(themes)
    record("change_idea", idea, by=by, data={"revision": row.revision})
    return row


@transaction.atomic
def announce_idea_comments(*, by: User | None) -> int:
    """Tell the author of an idea that something was said to it, once for each comment. What a moderator lets through tomorrow is
    told tomorrow. Returns how many comments were looked at."""
    waiting = list(
        Contribution.objects.public()
        .filter(announced_at=None, parent=None, thread__idea__in=Idea.objects.public())
        .exclude(kind=Kind.IDEA)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("thread__idea__contribution__author", "author")
        .order_by("pk")[:ANNOUNCED_AT_ONCE]
    )
    for row in waiting:
        idea = row.thread.idea.contribution
        if idea.author is None or not idea.author.is_active or idea.author_id == row.author_id:
            continue
        with translation.override(idea.author.language or None):
            notify(
                idea.author,
                by=by,
                kind="idea-comment",
                key=f"idea-comment:{row.pk}",
                subject=_("%(name)s commented on your idea “%(title)s”")
                % {"name": row.name_shown, "title": idea.title},
                path=row.get_absolute_url(),
                thing=f"idea:{idea.pk}",
            )
    Contribution.objects.filter(pk__in=[row.pk for row in waiting]).update(announced_at=timezone.now())
    if waiting:
        record("announce_idea_comments", waiting[0], by=by, data={"count": len(waiting)})
    return len(waiting)
