"""What people do with big ideas: add one, change it, and speak of it. Everything else is done with what was said."""

import uuid
from collections.abc import Iterable

from django.db import transaction

from commons.audit.actions import record
from commons.contributions.actions import Speaking, add_contribution, edit_contribution, open_thread
from commons.contributions.models import Contribution, Kind
from commons.people.models import User
from commons.themes.models import Theme
from consultation.models import Idea


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
    row = edit_contribution(idea.contribution, by=by, title=title, body=body, based_on=based_on)
    idea = Idea.objects.select_for_update().get(pk=idea.pk)
    idea.helps, idea.needs = list(helps), list(needs)
    idea.save(update_fields=["helps", "needs"])
    idea.themes.set(themes)
    record("change_idea", idea, by=by, data={"revision": row.revision})
    return row
