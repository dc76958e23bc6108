"""Publishing a section: every change has its reason, what is refused is said plainly with nothing lost, and a time can be set."""

import datetime as dt
import html
import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from commons.digests.models import Notice
from panel.actions.deciding import accept_suggestion, make_decision, undo_decision
from panel.actions.drafting import StaleDraft, approve_draft, open_section, save_draft
from panel.actions.publishing import (
    Because,
    NotAgreed,
    NothingToPublish,
    cancel_publication,
    merge_sections,
    publish_due,
    publish_section,
    schedule_publication,
)
from panel.models import Approval, Change, Draft, Version
from panel.reports import reasons_of
from tests.factories.panel import TEXT, a_part, a_section, publish, said_to
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

ONE, TWO, THREE = TEXT.split("\n\n")
NEW = "Each year we will publish who lends to whom, at what rate, for how long, and which of them were asked for more."
FIVE = TEXT.replace("within ten working days", "within five working days")
NOW = {"note": "", "when": "now", "publish_at_0": "", "publish_at_1": ""}


@pytest.fixture
def chair():
    return UserFactory(roles=["chair"], name="Chidi Obi")


@pytest.fixture
def halina():
    return UserFactory(roles=["panel_member"], name="Halina Nowak")


@pytest.fixture
def section(db):
    return a_section()


@pytest.fixture
def desk(client, chair, section):
    client.force_login(chair)
    return Publisher(client, section)


class Publisher:
    """Somebody at the page where one section is published."""

    def __init__(self, client, section) -> None:
        self.client, self.section = client, section

    def at(self, name: str = "section-publish") -> str:
        return reverse(f"panel:{name}", args=[self.section.slug])

    def opens(self):
        return self.client.get(self.at())

    def saves(self, body: str, *, by, title: str = "Finance that fits") -> Draft:
        revision = Draft.objects.get(section=self.section).revision
        return save_draft(self.section, by=by, title=title, body=body, based_on=revision)

    def form(self, **other) -> dict:
        """What the form sends when it was opened now and nothing was filled in."""
        return NOW | {"based_on": Draft.objects.get(section=self.section).revision} | other

    def sends(self, sent: dict, name: str = "section-publish"):
        return self.client.post(self.at(name), sent)

    def asked(self) -> list[str]:
        """The places for which the page asks a reason."""
        return list(self.opens().context["form"].places)

    @property
    def versions(self) -> list[int]:
        return list(self.section.versions.order_by("number").values_list("number", flat=True))


def said(response) -> list[str]:
    return [html.unescape(re.sub(r"<[^>]+>", "", str(message))) for message in get_messages(response.wsgi_request)]


def in_a_week() -> dt.datetime:
    return (timezone.localtime() + dt.timedelta(days=7)).replace(second=0, microsecond=0)


def at(moment: dt.datetime) -> dict:
    return {"when": "later", "publish_at_0": f"{moment:%Y-%m-%d}", "publish_at_1": f"{moment:%H:%M}"}


# --- Reasons -----------------------------------------------------------------------------------------------------------------


def test_the_first_version_needs_no_reason(client, chair):
    section = open_section(a_part(), by=chair, slug="land", title="Land")
    client.force_login(chair)
    desk = Publisher(client, section)
    desk.saves(TEXT, by=chair, title="Land")
    shown = desk.opens().context
    assert (shown["is_first"], [one.label for one in shown["first_text"]], desk.asked()) == (
        True,
        ["1.1", "1.2", "1.3"],
        [],
    )
    answer = desk.sends(desk.form(note="Here we begin"))
    assert (answer["Location"], desk.versions) == ("/strategy/land/", [1])
    assert Version.objects.get(section=section).note == "Here we begin"


def test_each_changed_paragraph_is_shown_and_asks_why(desk, chair):
    body = FIVE.replace("raise less", "raise far less").replace(f"\n\n{THREE}", "") + f"\n\n{NEW}"
    desk.saves(body, by=chair)
    rows = desk.opens().context["rows"]
    assert [(row.name, [(told.verb, told.was, told.now) for told in row.shown.told]) for row in rows] == [
        ("1.1", [("added", "", "far")]),
        ("1.2", [("replaced", "ten", "five")]),
        ("the old 1.3 (taken out)", [("removed", THREE, "")]),
        ("1.3", [("added", "", NEW)]),
    ]
    assert desk.asked() == [row.place for row in rows]


def test_a_paragraph_without_a_reason_is_not_published_and_the_page_says_which(desk, chair):
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    answer = desk.sends(desk.form(note="Faster"))
    form = answer.context["form"]
    assert (answer.status_code, form.errors) == (422, {f"words-{place}": ["Say why 1.2 changed."]})
    assert (form["note"].value(), desk.versions) == ("Faster", [1])


def test_ones_own_words_are_reason_enough(desk, chair):
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    answer = desk.sends(desk.form(**{f"words-{place}": "Ten days was a slip", "note": " Shorter \n waits "}))
    assert (said(answer), answer["Location"]) == (["Published as version 2."], desk.section.get_absolute_url())
    version = Version.objects.get(section=desk.section, number=2)
    assert (version.body, version.note, version.published_by) == (FIVE, "Shorter waits", chair)
    [why] = reasons_of(Change.objects.filter(version=version))
    assert (why.change.note, why.change.paragraph, why.decision) == ("Ten days was a slip", 2, None)


def test_answers_that_stand_can_be_named_as_the_reason(desk, chair):
    voice = said_to(desk.section, paragraph=2)
    yes = make_decision(desk.section, by=chair, voices=[voice], outcome="accepted", reason="Ten days is too long.")
    make_decision(desk.section, by=chair, voices=[said_to(desk.section)], outcome="no", reason="Not now.")
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    assert desk.opens().context["form"].fields[f"because-{place}"].choices == [
        (yes.pk, "Accepted, 1 voice: Ten days is too long.")
    ]
    desk.sends(desk.form(**{f"because-{place}": yes.pk}))
    [why] = reasons_of(Change.objects.filter(version__number=2))
    assert (why.decision, [row.pk for row in why.voices]) == (yes, [voice.pk])


def test_words_that_were_taken_in_say_their_voices_and_ask_nothing(desk, chair):
    voice = said_to(desk.section, paragraph=2, words="ten working days", replacement="five working days")
    decision = accept_suggestion(voice, by=chair, reason="Quicker is better.")
    [row] = desk.opens().context["rows"]
    assert ([why.decision for why in row.reasons], [one.pk for one in row.reasons[0].voices]) == (
        [decision],
        [voice.pk],
    )
    assert desk.asked() == []
    desk.sends(desk.form())
    assert Change.objects.get(decision=decision).version.number == 2


def test_a_paragraph_that_has_a_voice_may_have_a_further_reason(desk, chair):
    voice = said_to(desk.section, paragraph=2, words="ten working days", replacement="five working days")
    accept_suggestion(voice, by=chair, reason="Quicker is better.")
    draft = Draft.objects.get(section=desk.section)
    desk.saves(draft.body.replace("a lending desk", "one lending desk"), by=chair)
    [row] = desk.opens().context["rows"]
    desk.sends(desk.form(**{f"words-{row.place}": "There is only one"}))
    assert sorted((change.note, change.paragraph) for change in Change.objects.filter(version__number=2)) == [
        ("", 2),
        ("There is only one", 2),
    ]


def test_an_answer_that_was_taken_back_meanwhile_is_no_reason(desk, chair):
    decision = make_decision(
        desk.section, by=chair, voices=[said_to(desk.section, paragraph=2)], outcome="accepted", reason="Yes."
    )
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    sent = desk.form(**{f"because-{place}": decision.pk, "note": "Mine"})
    undo_decision(decision, by=chair, reason="A slip")
    answer = desk.sends(sent)
    assert (answer.status_code, desk.versions, answer.context["form"]["note"].value()) == (422, [1], "Mine")


def test_an_answer_of_another_section_is_no_reason(desk, chair):
    other = a_section("Other words.", title="Another")
    foreign = make_decision(other, by=chair, voices=[said_to(other)], outcome="accepted", reason="Yes.")
    mine = make_decision(desk.section, by=chair, voices=[said_to(desk.section)], outcome="accepted", reason="Yes.")
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    answer = desk.sends(desk.form(**{f"because-{place}": foreign.pk}))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [f"because-{place}"])
    assert desk.sends(desk.form(**{f"because-{place}": mine.pk})).status_code == 302


def test_only_the_title_may_change(desk, chair):
    desk.saves(TEXT, by=chair, title="Money that fits")
    shown = desk.opens()
    assert (shown.context["has_new_title"], shown.context["rows"]) == (True, [])
    desk.sends(desk.form())
    desk.section.refresh_from_db()
    assert (desk.section.title, desk.section.current.number) == ("Money that fits", 2)


# --- Refusals ----------------------------------------------------------------------------------------------------------------


def test_a_page_that_is_older_than_the_draft_publishes_nothing_and_keeps_what_was_typed(desk, chair, halina):
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    sent = desk.form(**{f"words-{place}": "A slip", "note": "Mine", "words-7-7": "For what is gone"})
    desk.saves(FIVE.replace(THREE, "No homes."), by=halina)
    answer = desk.sends(sent)
    form = answer.context["form"]
    assert (answer.status_code, desk.versions) == (409, [1])
    assert form.non_field_errors() == [
        "The draft was saved again since you opened this page. Read it once more, then publish."
    ]
    assert [form[name].value() for name in (f"words-{place}", "note", "based_on")] == ["A slip", "Mine", "3"]
    assert answer.context["left_over"] == ["For what is gone"]


def test_what_is_published_already_is_not_published_again(desk, chair):
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    sent = desk.form(**{f"words-{place}": "A slip"})
    assert [desk.sends(sent).status_code for _click in range(2)] == [302, 409]
    assert desk.versions == [1, 2]
    assert desk.sends(sent).context["form"].non_field_errors() == [
        "The draft reads as what is published already, so there is nothing to publish."
    ]


def test_an_empty_draft_is_nothing_to_publish(client, chair):
    section = open_section(a_part(), by=chair, slug="land", title="Land")
    with pytest.raises(NothingToPublish):
        publish_section(section, by=chair, based_on=0)
    client.force_login(chair)
    assert Publisher(client, section).opens().context["is_nothing"] is True


def test_a_member_who_is_not_the_chair_reads_what_would_change_and_publishes_nothing(desk, client, halina, chair):
    desk.saves(FIVE, by=chair)
    client.force_login(halina)
    shown = desk.opens()
    assert (shown.status_code, shown.context["may_publish"]) == (200, False)
    assert "Publish the new version" not in shown.content.decode()
    [place] = desk.asked()
    answer = desk.sends(desk.form(**{f"words-{place}": "A slip"}))
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (409, ["Only the chair publishes."])
    assert desk.versions == [1]


def test_a_chair_who_lost_the_seat_gets_the_reasons_back(desk, chair):
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    chair.appointments.update(ends_on=timezone.localdate())
    answer = desk.sends(desk.form(**{f"words-{place}": "A slip", "note": "Faster"}))
    assert (answer.status_code, sorted(answer.context["typed"])) == (
        403,
        [("What changed, in a sentence for readers", "Faster"), ("Why a paragraph changed", "A slip")],
    )
    assert desk.versions == [1]


def test_a_section_that_is_merged_away_is_not_published(desk, chair):
    merge_sections(desk.section, by=chair, into=a_section("Other.", title="Another"))
    assert (desk.opens().status_code, desk.sends(desk.form()).status_code) == (404, 404)


# --- At a time ---------------------------------------------------------------------------------------------------------------


def test_a_publication_waits_for_its_time_and_later_edits_wait_for_the_next(desk, chair, halina):
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    when = in_a_week()
    answer = desk.sends(desk.form(**at(when), **{f"words-{place}": "A slip", "note": "Faster"}))
    assert answer["Location"] == desk.at()
    assert said(answer)[0].startswith("It will be published on ")
    later = FIVE.replace("raise less", "raise far less")
    desk.saves(later, by=halina)
    assert publish_due(by=None, now=when - dt.timedelta(minutes=1)) == []
    [version] = publish_due(by=None, now=when)
    assert (version.body, version.note, version.published_by) == (FIVE, "Faster", chair)
    draft = Draft.objects.get(section=desk.section)
    assert (draft.body, draft.published_revision, draft.revision) == (later, 2, 3)
    assert publish_due(by=None, now=when) == []
    assert [row.name for row in desk.opens().context["rows"]] == ["1.1"]


def test_words_taken_in_after_a_publication_was_set_keep_their_reason_for_the_next(desk, chair):
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    when = in_a_week()
    desk.sends(desk.form(**at(when), **{f"words-{place}": "A slip"}))
    voice = said_to(desk.section, paragraph=1, words="less", replacement="far less")
    decision = accept_suggestion(voice, by=chair, reason="True.")
    publish_due(by=None, now=when)
    change = Change.objects.get(decision=decision)
    assert (change.version, change.dropped_at) == (None, None)
    assert desk.asked() == []
    desk.sends(desk.form())
    change.refresh_from_db()
    assert change.version.number == 3


def test_words_taken_in_before_a_publication_was_set_come_out_with_it(desk, chair):
    voice = said_to(desk.section, paragraph=1, words="less", replacement="far less")
    decision = accept_suggestion(voice, by=chair, reason="True.")
    when = in_a_week()
    desk.sends(desk.form(**at(when)))
    desk.saves(TEXT.replace("less", "far less") + "\n\nMore.", by=chair)
    publish_due(by=None, now=when)
    assert Change.objects.get(decision=decision).version.number == 2


def test_a_publication_whose_reason_was_taken_back_does_not_come_out_and_the_chair_is_told(desk, chair):
    decision = make_decision(
        desk.section, by=chair, voices=[said_to(desk.section, paragraph=2)], outcome="accepted", reason="Yes."
    )
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    when = in_a_week()
    desk.sends(desk.form(**at(when), **{f"because-{place}": decision.pk}))
    undo_decision(decision, by=chair, reason="A slip")
    assert (publish_due(by=None, now=when), desk.versions) == ([], [1])
    notice = Notice.objects.get(recipient=chair, kind="not-published")
    assert (notice.subject, notice.path) == ("Not published: Finance that fits", desk.at())
    assert Draft.objects.get(section=desk.section).publish_at is None


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"when": "later"}, "Say on which day and at what time it should be published."),
        (
            {"when": "later", "publish_at_0": "2027-02-30", "publish_at_1": "09:00"},
            "Write a day that exists, like 2027-01-29.",
        ),
        ({"when": "later", "publish_at_0": "2027-02-03", "publish_at_1": "9am"}, "Write a time like 17:00."),
        (
            {"when": "later", "publish_at_0": "2020-02-03", "publish_at_1": "09:00"},
            "Choose a time that is still to come.",
        ),
    ],
)
def test_a_time_that_makes_no_sense_is_refused_at_its_field(desk, chair, sent, error):
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    answer = desk.sends(desk.form(**{f"words-{place}": "A slip"}) | sent)
    form = answer.context["form"]
    assert (answer.status_code, form.errors["publish_at"]) == (422, [error])
    assert (form[f"words-{place}"].value(), Draft.objects.get(section=desk.section).publish_at) == ("A slip", None)


def test_a_publication_can_be_called_off(desk, chair, client, halina):
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    desk.sends(desk.form(**at(in_a_week()), **{f"words-{place}": "A slip"}))
    client.force_login(halina)
    assert desk.sends({}, "publication-cancel").status_code == 404
    client.force_login(chair)
    assert said(desk.sends({}, "publication-cancel"))[-1] == "Called off. The draft is still there."
    assert (publish_due(by=None, now=in_a_week() + dt.timedelta(days=1)), desk.versions) == ([], [1])


def test_publishing_by_hand_calls_off_what_waited(desk, chair):
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    desk.sends(desk.form(**at(in_a_week()), **{f"words-{place}": "A slip"}))
    assert "If you publish now, that publication is called off." in desk.opens().content.decode()
    desk.sends(desk.form(**{f"words-{place}": "A slip"}))
    assert (publish_due(by=None, now=in_a_week() + dt.timedelta(days=1)), desk.versions) == ([], [1, 2])


# --- Together ----------------------------------------------------------------------------------------------------------------


def test_members_may_publish_once_enough_have_agreed_to_this_very_wording(desk, client, chair, halina, settings):
    settings.PANEL_QUORUM = 2
    odhran = UserFactory(roles=["panel_member"], name="Odhran Keane")
    desk.saves(FIVE, by=halina)
    client.force_login(halina)
    [place] = desk.asked()
    sent = desk.form(**{f"words-{place}": "A slip"})
    assert desk.sends(sent).context["form"].non_field_errors() == [
        "The chair publishes, or any member once enough of the panel have agreed to this wording."
    ]
    for _click in range(2):
        desk.sends({"based_on": 2}, "draft-approve")
    assert [str(one.person) for one in desk.opens().context["agreed"]] == ["Halina Nowak"]
    assert desk.sends(sent).status_code == 409
    approve_draft(desk.section, by=odhran, based_on=2)
    assert desk.sends(sent).status_code == 302
    assert Version.objects.get(section=desk.section, number=2).published_by == halina


def test_agreement_ends_with_the_wording_and_with_the_seat(desk, chair, halina, settings):
    settings.PANEL_QUORUM = 1
    odhran = UserFactory(roles=["panel_member"])
    desk.saves(FIVE, by=halina)
    approve_draft(desk.section, by=odhran, based_on=2)
    odhran.appointments.update(ends_on=timezone.localdate())
    with pytest.raises(NotAgreed):
        publish_section(desk.section, by=halina, based_on=2, reasons={})
    approve_draft(desk.section, by=halina, based_on=2)
    desk.saves(FIVE + "\n\nMore.", by=chair)
    with pytest.raises(NotAgreed):
        publish_section(desk.section, by=halina, based_on=3, reasons={})


def test_nobody_agrees_to_a_wording_they_have_not_seen(desk, halina, client, chair):
    desk.saves(FIVE, by=chair)
    client.force_login(halina)
    for based_on in ("1", "x", ""):
        answer = desk.sends({"based_on": based_on}, "draft-approve")
        assert said(answer)[-1] == (
            "The draft was saved again since you opened this page. Read it once more, then agree."
        )
    assert Approval.objects.count() == 0
    with pytest.raises(StaleDraft):
        approve_draft(desk.section, by=halina, based_on=1)


# --- How much it asks ----------------------------------------------------------------------------------------------------------


def test_the_page_asks_as_often_for_three_changes_with_voices_as_for_one(desk, chair):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.opens().status_code == 200
        return len(queries)

    words = {1: ("less", "far less"), 2: ("ten working days", "five days"), 3: ("put up", "pledge")}
    voices = [
        said_to(desk.section, paragraph=number, words=old, replacement=new) for number, (old, new) in words.items()
    ]
    accept_suggestion(voices[0], by=chair, reason="True.")
    desk.opens()
    one = asked()
    for voice in voices[1:]:
        accept_suggestion(voice, by=chair, reason="True.")
    assert len(desk.opens().context["rows"]) >= 3
    assert asked() == one


def test_scheduling_and_calling_off_are_on_record_with_the_action(desk, chair):
    desk.saves(FIVE, by=chair)
    [place] = desk.asked()
    because = {place: Because(note="A slip")}
    schedule_publication(desk.section, by=chair, based_on=2, publish_at=in_a_week(), reasons=because)
    assert cancel_publication(desk.section, by=chair).publish_reasons == {}
    publish(desk.section, TEXT + "\n\nMore.", chair=chair)
    assert desk.versions == [1, 2]
