"""The demo's draft strategy: what must be in it so that every page is alive, that it is drawn once, and that its pages answer."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from commons.contributions.models import Audience, Channel, Contribution, Kind, Mandate, ShownAs
from commons.digests.models import MailState, Notice
from commons.moderation.models import Appeal, Cause, Moderation, Standing, Verdict
from commons.people.models import Appointment, Role, User
from coopstrategy.demo.crowd import TEXTS, read_texts
from coopstrategy.demo.register import RIVERMEAD, WORDS
from coopstrategy.demo.strategy import changed, draw_strategy, texts_of_sections
from panel.actions.publishing import publish_due
from panel.models import (
    Anchor,
    Approval,
    Change,
    Decision,
    Dissent,
    Draft,
    Seat,
    Section,
    Version,
    Welcome,
    WorkingCopy,
)
from panel.reports import answering_counts, clashing, open_suggestions
from tests.coopstrategy.drawn import counted, draw_ground

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def drawn(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The later moment, drawn once for all the tests here that only read it. Nothing of it is left after the last of them, and
    nothing that one of them writes after that one: each runs in a transaction inside this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        draw_ground()
        draw_strategy(stage="draft")
        yield
        transaction.set_rollback(True)


def entered(key: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{key}@example.coop"))
    return client


# --- the words --------------------------------------------------------------------------------------------------------------


def every_voice() -> list[dict]:
    def below(voice: dict) -> Iterator[dict]:
        yield voice
        for reply in voice.get("replies", ()):
            yield from below(reply)

    return [one for texts in texts_of_sections() for voice in texts["voices"] for one in below(voice)]


def test_nobody_says_the_same_twice():
    bodies = Counter(voice["says"].strip() for voice in every_voice())
    assert [words for words, count in bodies.items() if count > 1] == []


def test_all_who_speak_and_all_who_are_named_as_owners_are_known():
    people = read_texts("people")
    known = {line[0] for line in people["crowd"]} | {member["key"] for member in people["panel"]}
    known |= {"wren", "ines", "mina", "joseph", "beatrix", "gwen", "peter", "ffion", "rory"}
    spoken = {voice["who"] for voice in every_voice() if voice.get("who")}
    assert (spoken - known, {texts["owner"] for texts in texts_of_sections()} - known) == (set(), set())


def test_no_text_has_words_that_only_a_keyboard_makes():
    """Straight quotes and doubled hyphens give away that something was typed in a hurry; addresses may have what they like."""
    for path in TEXTS.glob("*.json"):
        words = re.sub(r"https?://\S+", "…", "\n".join(strings_of(read_texts(path.stem))))
        assert re.findall(r".{20}(?:'|\"|--| {2}).{20}", words) == [], path.name


def strings_of(thing: object) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, dict):
        for one in thing.values():
            yield from strings_of(one)
    elif isinstance(thing, list):
        for one in thing:
            yield from strings_of(one)


def test_links_lead_only_to_places_that_belong_to_nobody():
    hosts = {
        host
        for path in TEXTS.glob("*.json")
        for words in strings_of(read_texts(path.stem))
        for host in re.findall(r"(?:https?://|www\.)([\w.-]+)", words)
    }
    assert {
        host for host in hosts if not re.search(r"(^|\.)(example\.(coop|org|com)|example)$|^quick\.example$", host)
    } == set()


def test_names_of_the_register_have_no_doubled_spaces():
    assert [side for side in WORDS["sides"] if side != side.strip()] == []


def test_a_change_by_hand_must_find_its_words_just_once():
    body = "One two.\n\nThree.\n\nTwo."
    assert changed(body, {"was": "One", "now": "A"}) == "A two.\n\nThree.\n\nTwo."
    assert changed(body, {"after": "Three", "now": "Four."}) == "One two.\n\nThree.\n\nFour.\n\nTwo."
    assert changed(body, {"drop": "Three"}) == "One two.\n\nTwo."
    for change in ({"was": "o", "now": "x"}, {"drop": "nowhere"}):
        with pytest.raises(ValueError, match="times in the text"):
            changed(body, change)


# --- what is drawn ----------------------------------------------------------------------------------------------------------


def test_the_framework_has_three_parts_and_most_sections_have_three_versions(drawn):
    versions = Counter(Version.objects.values_list("section", flat=True))
    assert Section.objects.published().count() == len(texts_of_sections()) == 12
    assert Counter(versions.values()) == {3: 9, 2: 3}
    assert set(Section.objects.values_list("part__slug", flat=True)) == {"excellence", "co-operation", "innovation"}
    for section in Section.objects.all():
        days = list(section.versions.order_by("number").values_list("published_at", flat=True))
        assert days == sorted(days)
        assert days[-1] < timezone.now()


def test_there_are_voices_of_every_kind_and_state(drawn):
    rows = Contribution.objects.filter(thread__audience=Audience.EVERYONE)
    assert 270 <= rows.count() <= 330
    assert set(rows.values_list("kind", flat=True)) == {Kind.COMMENT, Kind.SUGGESTION}
    assert set(rows.values_list("standing", flat=True)) == set(Standing.values)
    assert set(rows.values_list("mandate", flat=True)) == set(Mandate.values)
    assert set(rows.values_list("channel", flat=True)) == set(Channel.values)
    assert set(rows.values_list("shown_as", flat=True)) == set(ShownAs.values)
    assert set(rows.values_list("depth", flat=True)) == {0, 1, 2, 3}
    assert rows.exclude(edited_at=None).count() >= 4
    assert rows.filter(author=None, keyed_in_by=None).count() == 1  # somebody has closed their account
    assert rows.exclude(keyed_in_by=None).filter(said_by="").count() == 0
    assert any(len(row.body) > 1500 for row in rows)
    assert any(re.search("[\u0600-\u06ff]", row.body) for row in rows)
    assert any(re.search("[\U0001f300-\U0001faff]", row.body) for row in rows)
    assert rows.filter(author__isnull=False).values("author").distinct().count() >= 55


def test_everybody_speaks_in_turn(drawn):
    """Nothing was said in the future, before its version, or before what it answers."""
    now = timezone.now()
    for row in Contribution.objects.select_related("parent", "anchor__version"):
        assert row.made_at <= now
        assert row.parent is None or row.parent.made_at < row.made_at
        if row.parent is None and hasattr(row, "anchor"):
            assert row.made_at >= row.anchor.version.published_at.replace(hour=0, minute=0), row.body


def test_answers_come_after_their_voices_and_before_today(drawn):
    for decision in Decision.objects.prefetch_related("contributions"):
        assert max(row.made_at for row in decision.contributions.all()) < decision.made_at <= timezone.now()
        assert decision.undone_at is None or decision.made_at < decision.undone_at <= timezone.now()


def test_there_are_answers_of_every_outcome_with_reasons_votes_and_many_voices(drawn):
    outcomes = Counter(Decision.objects.values_list("outcome", flat=True))
    assert set(outcomes) == set(Decision.Outcome.values)
    assert min(outcomes.values()) >= 5
    assert Decision.objects.exclude(votes_for=None).count() >= 20
    assert Decision.objects.filter(undone_at__isnull=False).count() == 2
    assert max(decision.contributions.count() for decision in Decision.objects.all()) >= 6
    votes = Decision.objects.exclude(votes_for=None).values_list("votes_for", "votes_against")
    assert max(map(sum, votes)) <= 10  # as many as sit there
    assert all(len(decision.reason) > 30 for decision in Decision.objects.all())


def test_the_panel_has_kept_its_promise_mostly_and_not_always(drawn):
    counts = answering_counts()
    assert counts.answered > counts.waiting > counts.late > 5
    assert counts.days_taken < 84


def test_changes_have_decisions_or_notes_and_some_wait(drawn):
    assert Change.objects.published().filter(decision__isnull=False).count() >= 40
    assert Change.objects.published().exclude(note="").count() >= 4
    assert Change.objects.pending().count() >= 8
    assert Change.objects.exclude(dropped_at=None).count() == 0


def test_anchors_were_found_again(drawn):
    states = Counter(Anchor.objects.values_list("state", flat=True))
    assert set(states) == set(Anchor.State.values)
    assert set(Anchor.objects.values_list("reach", flat=True)) == set(Anchor.Reach.values)
    asked = Anchor.objects.exclude(asked_at=None)
    assert set(asked.values_list("still_applies", flat=True)) == {True, False, None}
    assert all(anchor.asked_at <= timezone.now() for anchor in asked)


def test_nobody_whose_words_were_taken_is_told_that_their_passage_is_gone(drawn):
    gone = Anchor.objects.filter(state=Anchor.State.GONE)
    because = gone.filter(contribution__decisions__changes__after__gt="", contribution__decisions__undone_at=None)
    assert (gone.count(), because.count()) == (1, 0)


def test_some_suggestions_clash(drawn):
    open_ones = list(open_suggestions(Section.objects.values("pk")).select_related("contribution"))
    clashes = clashing(
        [anchor.contribution for anchor in open_ones], {anchor.contribution_id: anchor for anchor in open_ones}
    )
    assert sum(bool(others) for others in clashes.values()) >= 8


def test_members_do_not_agree_in_public_and_among_themselves(drawn):
    assert set(Dissent.objects.values_list("is_public", flat=True)) == {True, False}
    assert Dissent.objects.filter(is_public=True, decision__isnull=False).count() >= 4
    assert Contribution.objects.filter(thread__audience=Audience.PANEL).count() >= 15


def test_moderators_have_work_done_and_to_do(drawn):
    assert set(Verdict.objects.values_list("outcome", flat=True)) == set(Verdict.Outcome.values)
    waiting = Moderation.objects.waiting()
    assert set(waiting.values_list("cause", flat=True)) == set(Cause.values)
    assert sorted(Appeal.objects.values_list("outcome", flat=True)) == ["", "overturned", "overturned", "upheld"]
    assert all(verdict.waited_since <= verdict.made_at <= timezone.now() for verdict in Verdict.objects.all())
    assert all(appeal.decided_by != appeal.verdict.by for appeal in Appeal.objects.exclude(decided_at=None))


def test_something_is_being_written_agreed_to_and_waits_for_its_hour(drawn):
    assert WorkingCopy.objects.count() == 1
    assert Approval.objects.count() >= 5
    due = Draft.objects.exclude(publish_at=None)
    assert due.count() == 2
    assert all(draft.publish_at > timezone.now() for draft in due)


def test_what_waits_can_be_published_when_its_hour_comes(drawn):
    due = Draft.objects.exclude(publish_at=None)
    last = max(draft.publish_at for draft in due)
    published = publish_due(by=None, now=last)
    assert {version.number for version in published} == {3, 4}
    assert Change.objects.filter(version__in=published).count() >= 4


def test_the_panel_is_seated_and_has_declared_its_interests(drawn):
    seated = Appointment.objects.in_force(timezone.localdate()).filter(role__in=[Role.CHAIR, Role.PANEL_MEMBER])
    assert seated.values("user").distinct().count() == 10
    assert Seat.objects.count() == 11
    assert Seat.objects.over(timezone.localdate()).count() == 1
    assert not Seat.objects.filter(interests="").exists()
    welcome = Welcome.objects.get()
    assert welcome.video_url.startswith("https://video.example.coop/")
    assert len(welcome.transcript) > 500


def test_no_mail_leaves_about_what_is_long_past(drawn):
    assert set(Notice.objects.values_list("mail_state", flat=True)) == {MailState.NONE}
    assert Notice.objects.filter(seen_at=None).count() > 0
    assert not Contribution.objects.published().filter(parent__isnull=False, announced_at=None).exists()


# --- once, and in two steps ---------------------------------------------------------------------------------------------------


def test_drawing_it_again_changes_nothing(drawn):
    before = counted()
    draw_strategy(stage="draft")
    draw_strategy(stage="census")
    assert counted() == before


# --- its pages --------------------------------------------------------------------------------------------------------------


def test_every_page_of_the_framework_answers_a_visitor(drawn):
    client = Client()
    pages = ["/strategy/", "/strategy/document/", "/strategy/changes/", "/panel/", "/moderation/ledger/"]
    for section in Section.objects.prefetch_related("versions"):
        home = section.get_absolute_url()
        numbers = [version.number for version in section.versions.all()]
        pages += [home, f"{home}?order=supported", f"{home}?marks=off", f"{home}changes/", f"{home}history/"]
        pages += [f"{home}v/{number}/" for number in numbers]
        pages += [f"{home}compare/1/{number}/" for number in numbers[1:]]
    assert {page: status for page in pages if (status := client.get(page).status_code) != 200} == {}


def test_every_contribution_that_is_public_has_a_page_and_no_other_has(drawn):
    client = Client()
    rows = Contribution.objects.select_related("thread")
    statuses = {row.pk: client.get(row.get_absolute_url()).status_code for row in rows}
    assert statuses == {row.pk: 200 if row.is_public else 404 for row in rows}


@pytest.mark.parametrize(
    ("key", "pages"),
    [
        ("halina", ["/panel/desk/", "/panel/desk/?state=late", "/panel/desk/?state=answered&page=2", "/panel/welcome/"]),
        ("odhran", ["/strategy/finance-that-fits/edit/", "/strategy/finance-that-fits/inside/", "/strategy/welsh/publish/"]),
        ("joseph", ["/moderation/", "/moderation/ledger/"]),
        ("gwen", ["/you/contributions/", "/strategy/skills/comment/", "/you/"]),
        ("mina", ["/strategy/skills/key-in/"]),
    ],
)  # fmt: skip
def test_the_rooms_of_those_who_work_with_it_answer(drawn, key, pages):
    client = entered(key)
    assert {page: status for page in pages if (status := client.get(page).status_code) != 200} == {}


def test_held_and_declined_words_are_nowhere_to_be_read(drawn):
    client = Client()
    hidden = Contribution.objects.exclude(standing=Standing.PUBLISHED)
    words = [row.body[:60] for row in hidden]
    for section in Section.objects.filter(thread__contributions__in=hidden).distinct():
        text = client.get(section.get_absolute_url()).content.decode()
        assert [one for one in words if one in text] == []


def test_the_demo_page_speaks_of_the_organisation_that_two_answer_for(drawn):
    assert User.objects.filter(memberships__organisation__register_id=RIVERMEAD).count() == 2
