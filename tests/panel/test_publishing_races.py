"""Several people at once, on real connections: consecutive numbers or a plain refusal, and never a lost word."""

import os
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from panel.actions.drafting import (
    EditsClash,
    keep_working_copy,
    open_section,
    save_draft,
)
from panel.actions.pointing import Pointing, give_to_section
from panel.actions.publishing import (
    Because,
    merge_sections,
    move_section,
    place_of,
    publish_due,
    publish_section,
    schedule_publication,
    split_section,
)
from panel.comparing import compare
from panel.models import Anchor, Draft, DraftRevision, Section, Version, WorkingCopy
from tests.factories.panel import TEXT, a_part, a_section
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

# The drill has a hundred.
ROUNDS = int(os.environ.get("PANEL_ROUNDS", "8"))


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all at once, each on a connection of its own. Returns what each returned, or the exception it raised."""
    start, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(at: int, deed: Callable[[], Any]) -> None:
        try:
            start.wait()
            results[at] = deed()
        except Exception as raised:  # noqa: BLE001 - what was raised is the result
            results[at] = raised
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at, deed)) for at, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    return results


def kinds(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def reasons(section: Section, body: str) -> dict[str, Because]:
    return {place_of(one): Because(note="A slip") for one in compare(section.current.body, body) if one.kind != "same"}


def test_two_editors_who_save_the_same_section_at_once_lose_no_word():
    people = [UserFactory(roles=["panel_member"]) for _ in range(2)]
    section = a_section("\n\n".join(f"Paragraph {number} stands here." for number in range(ROUNDS * 2)))
    for number in range(ROUNDS):
        draft = Draft.objects.get(section=section)
        # The first always writes in its own paragraph; the second in another one, and every other time in the same.
        bodies = [
            draft.body.replace(f"Paragraph {number} stands", f"Paragraph {number} by one stands"),
            draft.body.replace(
                f"Paragraph {number if number % 2 else number + ROUNDS} stands",
                f"Paragraph {number if number % 2 else number + ROUNDS} by two stands",
            ),
        ]

        def save(at: int, bodies=bodies, draft=draft):
            shared = {"by": people[at], "title": draft.title, "body": bodies[at], "based_on": draft.revision}
            try:
                return save_draft(section, **shared)
            except EditsClash as clash:
                return save_draft(section, **shared, choices=dict.fromkeys(range(9), "both"), seen=clash.seen.number)

        assert kinds(together(lambda: save(0), lambda: save(1))) == ["Draft", "Draft"]
    body = Draft.objects.get(section=section).body
    for number in range(ROUNDS):
        assert f"Paragraph {number} by one stands here." in body
        assert f"Paragraph {number if number % 2 else number + ROUNDS} by two stands here." in body
    found = DraftRevision.objects.filter(draft__section=section).order_by("number").values_list("number", flat=True)
    assert list(found) == list(range(1, 2 * ROUNDS + 2))


def test_of_two_who_publish_the_same_wording_at_once_one_is_refused():
    chairs = [UserFactory(roles=["chair"]) for _ in range(2)]
    section = a_section()
    for number in range(1, ROUNDS):
        body = f"{TEXT}\n\nMore {number}."
        draft = save_draft(section, by=chairs[0], title=section.title, body=body, based_on=number)
        section.refresh_from_db()
        because = reasons(section, body)

        def publish(chair, draft=draft, because=because):
            return publish_section(section, by=chair, based_on=draft.revision, reasons=because)

        results = together(*(lambda chair=chair: publish(chair) for chair in chairs))
        assert kinds(results) == ["NothingToPublish", "Version"]
    assert list(Version.objects.order_by("number").values_list("number", flat=True)) == list(range(1, ROUNDS + 1))


def test_whoever_comments_in_the_moment_of_publishing_is_heard_and_points_at_what_is_in_force():
    chair, member = UserFactory(roles=["chair"]), UserFactory()
    section = a_section()
    for number in range(1, ROUNDS):
        body = f"{TEXT}\n\nMore {number}."
        draft = save_draft(section, by=chair, title=section.title, body=body, based_on=number)
        section.refresh_from_db()
        because = reasons(section, body)
        pointing = Pointing(version=number, paragraph=2, words="ten working days")
        given = {"by": member, "body": "Too slow.", "key": uuid.uuid4(), "pointing": pointing}
        results = together(
            lambda draft=draft, because=because: publish_section(
                section, by=chair, based_on=draft.revision, reasons=because
            ),
            lambda given=given: give_to_section(section, **given),
        )
        assert kinds(results) == ["Contribution", "Version"]
    assert set(Anchor.objects.values_list("state", "paragraph", "words_now")) == {("same", 2, "ten working days")}


def test_a_save_in_the_moment_of_publishing_is_in_the_next_draft_or_refuses_the_publication():
    chair, halina = UserFactory(roles=["chair"]), UserFactory(roles=["panel_member"])
    section = a_section()
    for number in range(ROUNDS):
        draft = Draft.objects.get(section=section)
        body = f"{TEXT}\n\nPublished {number}."
        draft = save_draft(section, by=chair, title=section.title, body=body, based_on=draft.revision)
        section.refresh_from_db()
        because, more = reasons(section, body), f"{body}\n\nSaved {number}."
        results = together(
            lambda: publish_section(section, by=chair, based_on=draft.revision, reasons=because),  # noqa: B023
            lambda: save_draft(section, by=halina, title=section.title, body=more, based_on=draft.revision),  # noqa: B023
        )
        assert kinds(results) in (["Draft", "Version"], ["Draft", "StaleDraft"])
        assert Draft.objects.get(section=section).body == more
        assert Version.objects.filter(body=more).count() == 0


def test_what_is_due_and_what_is_published_by_hand_do_not_wait_for_each_other():
    """Both need the section and its draft, and take them in the same order."""
    chair = UserFactory(roles=["chair"])
    sections = [a_section(f"One {number}.", title=f"Section {number}") for number in range(3)]
    for turn in range(ROUNDS):
        revisions = {}
        for section in sections:
            section.refresh_from_db()
            draft = Draft.objects.get(section=section)
            body = f"{section.current.body}\n\nMore {turn}."
            draft = save_draft(section, by=chair, title=section.title, body=body, based_on=draft.revision)
            at = timezone.now() + timezone.timedelta(hours=1)
            shared = {"by": chair, "based_on": draft.revision, "reasons": reasons(section, body)}
            schedule_publication(section, publish_at=at, **shared)
            revisions[section.pk] = shared
        later = timezone.now() + timezone.timedelta(hours=2)
        results = together(
            lambda: publish_due(by=None, now=later),  # noqa: B023
            lambda: publish_due(by=None, now=later),  # noqa: B023
            *(lambda one=section: publish_section(one, **revisions[one.pk]) for section in sections),  # noqa: B023
        )
        assert set(kinds(results)) <= {"list", "Version", "NothingToPublish"}
        publish_due(by=None, now=later)
        assert {section.versions.count() for section in sections} == {turn + 2}


def test_arranging_many_sections_at_once_ends_in_a_framework_in_order():
    chair = UserFactory(roles=["chair"])
    part = a_part()
    sections = [a_section(f"{TEXT}\n\nNumber {number}.", title=f"Section {number}") for number in range(5)]
    results = together(
        lambda: move_section(sections[0], by=chair, part=part, place=5),
        lambda: move_section(sections[4], by=chair, part=part, place=1),
        lambda: split_section(sections[1], by=chair, paragraph=2, slug="new", title="New"),
        lambda: split_section(sections[1], by=chair, paragraph=2, slug="newer", title="Newer"),
        lambda: merge_sections(sections[3], by=chair, into=sections[2]),
        lambda: merge_sections(sections[2], by=chair, into=sections[3]),
        lambda: open_section(part, by=chair, slug="opened", title="Opened"),
        lambda: open_section(part, by=chair, slug="opened", title="Opened"),
    )
    assert kinds(results) in (
        ["CannotMove", "CannotMove", "Section", "Section", "Section", "SlugTaken", "Version", "tuple"],
        ["CannotMove", "Section", "Section", "Section", "SlugTaken", "Version", "tuple", "tuple"],
    )
    live = list(Section.objects.live().in_order())
    assert [section.number for section in live] == list(range(1, len(live) + 1))


def test_a_save_in_the_moment_of_a_merge_is_in_the_merged_text_or_handed_back():
    chair, halina = UserFactory(roles=["chair"]), UserFactory(roles=["panel_member"])
    for number in range(ROUNDS):
        section, into = a_section(title=f"From {number}"), a_section("Other.", title=f"Into {number}")
        results = together(
            lambda: merge_sections(section, by=chair, into=into),  # noqa: B023
            lambda: save_draft(section, by=halina, title=section.title, body=f"{TEXT}\n\nMine.", based_on=1),  # noqa: B023
        )
        assert kinds(results) in (["SectionMerged", "Version"], ["Draft", "DraftHasChanges"])


def test_one_person_in_two_tabs_keeps_both():
    halina = UserFactory(roles=["panel_member"])
    section = a_section()
    for number in range(ROUNDS):
        WorkingCopy.objects.all().delete()
        results = together(
            *(
                lambda body=body: keep_working_copy(section, by=halina, title="t", body=body, based_on=1)
                for body in (f"One {number}", f"Two {number}")
            )
        )
        assert kinds(results) == ["KeptElsewhere", "WorkingCopy"]
        [kept] = [result for result in results if isinstance(result, WorkingCopy)]
        assert WorkingCopy.objects.get().body == kept.body
