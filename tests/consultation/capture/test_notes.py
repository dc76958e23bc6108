"""Everybody reads what was written down at an event."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories.events import a_note

pytestmark = pytest.mark.django_db


def test_everybody_reads_notes_by_theme_issue_and_idea_and_whether_they_were_read_back(event, session, table):
    issue = a_note(session, "Nobody lends.", table=table, kind="issue", confirmed_at=timezone.now())
    idea = a_note(session, "A bank of looms.", table=table, under=issue.pk)
    words = a_note(session, "From the room.")
    answer = Client().get(reverse("consultation:event-notes", args=[event.slug]))
    [group] = answer.context["groups"]
    assert (group.theme.name, [line.note for line in group.issues]) == ("Finance", [issue])
    assert [line.note for line in group.issues[0].ideas] == [idea]
    assert [line.note for line in group.words] == [words]
    page = answer.content.decode()
    assert (page.count("Read back and confirmed"), page.count("Not read back")) == (1, 1)
    assert [note.get_absolute_url() in page for note in (issue, idea, words)] == [True, True, True]
    said = Client().get(issue.get_absolute_url()).content.decode()
    assert "Congress: Money" in said
