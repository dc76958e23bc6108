"""The writing room: nothing that somebody typed is lost, whoever else writes, signs them out or takes their seat away."""

import datetime as dt
import html
import re

import pytest
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from commons.audit.models import Entry
from panel.actions.drafting import keep_working_copy, save_draft
from panel.actions.publishing import merge_sections
from panel.models import Dissent, Draft, DraftRevision, WorkingCopy
from panel.models.framework import LONGEST_TEXT
from tests.factories.panel import TEXT, a_section, publish, said_to
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

ONE, TWO, THREE = TEXT.split("\n\n")
MINE = TEXT.replace("within ten working days", "within five working days")
# What a colleague changes elsewhere, and at the same words.
ELSEWHERE = TEXT.replace("raise less", "raise far less")
SAME_WORDS = TEXT.replace("within ten working days", "before the month is out")


@pytest.fixture
def halina():
    return UserFactory(roles=["panel_member"], name="Halina Nowak")


@pytest.fixture
def odhran():
    return UserFactory(roles=["panel_member"], name="Odhran Keane")


@pytest.fixture
def section(db):
    return a_section()


@pytest.fixture
def page(client, halina, section):
    client.force_login(halina)
    return Editor(client, section)


class Editor:
    """Somebody at the editor of one section."""

    def __init__(self, client, section) -> None:
        self.client, self.section = client, section

    def at(self, name: str = "section-edit", **query) -> str:
        return reverse(f"panel:{name}", args=[self.section.slug], query=query or None)

    def opens(self, name: str = "section-edit", **query):
        return self.client.get(self.at(name, **query))

    def form(self, **other) -> dict:
        """What the form sends when it was opened now and nothing was typed."""
        draft = draft_of(self.section)
        return {"title": draft.title, "body": draft.body, "based_on": draft.revision, "kept": ""} | other

    def sends(self, sent: dict, name: str = "section-edit"):
        return self.client.post(self.at(name), sent)


def draft_of(section) -> Draft:
    return Draft.objects.select_related("section").get(section=section)


def saves(section, by, body: str, *, based_on: int | None = None, title: str | None = None) -> Draft:
    """A colleague saves."""
    draft = draft_of(section)
    return save_draft(
        section,
        by=by,
        title=title or draft.title,
        body=body,
        based_on=draft.revision if based_on is None else based_on,
    )


def said(response) -> list[str]:
    """What the site just told, without marks."""
    return [html.unescape(re.sub(r"<[^>]+>", "", str(message))) for message in get_messages(response.wsgi_request)]


def read(response) -> str:
    """The words of the page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


# --- Opening and saving ---------------------------------------------------------------------------------------------------


def test_the_editor_shows_the_draft_and_what_it_is_based_on(page, section):
    form = page.opens().context["form"]
    assert [form[name].value() for name in ("title", "body", "based_on", "kept")] == ["Finance that fits", TEXT, 1, ""]


def test_saving_makes_the_next_wording_and_leaves_what_is_public_alone(page, section, halina):
    answer = page.sends(page.form(body=MINE))
    assert (answer.status_code, answer["Location"]) == (302, page.at())
    assert said(answer) == ["Saved. Only the panel sees the draft until it is published."]
    row = DraftRevision.objects.get(draft__section=section, number=2)
    assert (row.body, row.based_on, row.is_merge, row.saved_by) == (MINE, 1, False, halina)
    section.current.refresh_from_db()
    assert section.current.body == TEXT
    assert [entry.actor for entry in Entry.objects.filter(verb="save_draft").order_by("-pk")[:1]] == [halina]


def test_saving_what_stands_there_already_makes_no_wording(page, section):
    assert said(page.sends(page.form())) == ["The draft reads just like this already, so there was nothing to save."]
    assert draft_of(section).revision == 1


def test_line_ends_of_a_browser_are_kept_as_one_character(page, section):
    page.sends(page.form(body=MINE.replace("\n", "\r\n")))
    assert draft_of(section).body == MINE


def test_a_title_is_wanted_and_what_was_typed_stays_in_the_form(page, section):
    answer = page.sends(page.form(title=" ", body=MINE))
    form = answer.context["form"]
    assert (answer.status_code, form.errors) == (422, {"title": ["Give the section a title."]})
    assert form["body"].value() == MINE
    assert draft_of(section).revision == 1


def test_a_text_that_is_too_long_is_refused_at_its_field_and_stays_in_the_form_and_in_what_is_kept(
    page, section, halina
):
    long = "é" * (LONGEST_TEXT + 4)
    answer = page.sends(page.form(body=long))
    form = answer.context["form"]
    assert (answer.status_code, form["body"].value()) == (422, long)
    assert form.errors["body"] == [
        "This is too long: write at most 100000 letters. You have 100004. All of it is still in the box. Split the section, or "
        "shorten it."
    ]
    assert WorkingCopy.objects.get(person=halina).body == long


def test_a_text_of_just_the_longest_length_is_saved_however_its_lines_end(page, section):
    body = ("a\n" * LONGEST_TEXT)[: LONGEST_TEXT - 1] + "b"
    assert page.sends(page.form(body=body.replace("\n", "\r\n"))).status_code == 302
    assert len(draft_of(section).body) == LONGEST_TEXT


def test_one_paragraph_of_ten_thousand_words_is_saved_shown_and_joined(page, section, odhran):
    words = [f"word{number}" for number in range(10_000)]
    saves(section, odhran, " ".join(words))
    mine = page.form(body=" ".join(words[:-1]) + " mine")
    saves(section, odhran, "theirs " + " ".join(words[1:]))
    assert page.sends(mine | {"preview": "preview"}).status_code == 200
    # One sentence: both changed it, so both are asked about, and the two changes can be joined.
    answer = page.sends(mine)
    assert (answer.status_code, len(answer.context["places"])) == (409, 1)
    page.sends(mine | {"seen": 3, "clash-0": "woven"})
    assert draft_of(section).body == "theirs " + " ".join(words[1:-1]) + " mine"


def test_letters_of_all_kinds_are_kept_to_the_last_one(page, section):
    body = "שלום עולם 👩‍🌾 ŵŷ\n\n<script>alert(1)</script>\n\n[a](javascript:alert(1))"
    page.sends(page.form(body=body))
    assert draft_of(section).body == body
    shown = page.sends(page.form(), "preview").content.decode()
    assert ("<script>" in shown, 'href="javascript' in shown) == (False, False)


def test_a_character_that_no_database_keeps_is_refused_and_nothing_breaks(page, section):
    answer = page.sends(page.form(body="before\0after"))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["body"])


@pytest.mark.parametrize("based_on", ["99", "-1", "x", "", "99999999999999999999"])
def test_a_form_made_of_a_wording_that_never_was_writes_nothing_over(page, section, based_on):
    answer = page.sends(page.form(body=MINE, based_on=based_on))
    assert answer.status_code in {409, 422}
    assert (draft_of(section).body, answer.context["form"]["body"].value()) == (TEXT, MINE)
    if based_on == "99":
        again = page.sends(page.form(body=MINE, based_on=answer.context["form"]["based_on"].value()))
        assert again.status_code == 409
        assert again.templates[0].name == "panel/edit_clash.html"


# --- Two at once ----------------------------------------------------------------------------------------------------------


def test_what_two_changed_at_different_places_is_joined_and_said(page, section, odhran):
    form = page.form(body=MINE)
    saves(section, odhran, ELSEWHERE)
    answer = page.sends(form)
    assert draft_of(section).body == MINE.replace("raise less", "raise far less")
    assert said(answer) == ["Saved together with what Odhran Keane wrote meanwhile. See what changed"]
    row = DraftRevision.objects.get(draft__section=section, number=3)
    assert (row.is_merge, row.based_on) == (True, 1)
    [message] = get_messages(answer.wsgi_request)
    address = html.unescape(re.search(r'href="([^"]+)"', str(message))[1])
    compared = page.client.get(address).context
    assert (compared["old"].number, compared["new"].number, [one.label for one in compared["changes"]]) == (
        1,
        2,
        ["1.1"],
    )


def test_what_both_changed_is_shown_with_what_stood_there_and_everything_typed_goes_along(
    page, section, odhran, halina
):
    form = page.form(body=MINE)
    saves(section, odhran, SAME_WORDS)
    answer = page.sends(form)
    assert (answer.status_code, answer.templates[0].name) == (409, "panel/edit_clash.html")
    [place] = answer.context["places"]
    assert (place.base, place.mine.text, place.theirs.text) == (
        "It will answer every enquiry within ten working days.",
        "It will answer every enquiry within five working days.",
        "It will answer every enquiry before the month is out.",
    )
    assert [(one.verb, one.was, one.now) for one in place.mine.told] == [("replaced", "ten", "five")]
    assert place.before == "The sector will explore a lending desk, shared by all our federations."
    copy = WorkingCopy.objects.get(person=halina)
    assert dict(answer.context["typed"]) == {
        "title": "Finance that fits",
        "body": MINE,
        "based_on": "1",
        "kept": copy.saved_at.isoformat(),
        "seen": 2,
    }
    assert (copy.body, draft_of(section).body) == (MINE, SAME_WORDS)
    assert "Odhran Keane saved this section" in read(answer)


@pytest.mark.parametrize(
    ("side", "left"),
    [
        ("mine", MINE),
        ("theirs", SAME_WORDS),
        (
            "both",
            MINE.replace(
                "five working days.", "five working days. It will answer every enquiry before the month is out."
            ),
        ),
    ],
)
def test_the_choice_is_saved_and_both_wordings_stay_on_record(page, section, odhran, side, left):
    form = page.form(body=MINE)
    saves(section, odhran, SAME_WORDS)
    typed = dict(page.sends(form).context["typed"])
    answer = page.sends(typed | {"clash-0": side})
    assert (answer.status_code, draft_of(section).body) == (302, left)
    assert DraftRevision.objects.get(draft__section=section, number=2).body == SAME_WORDS
    assert WorkingCopy.objects.count() == 0


def test_without_a_choice_it_is_asked_again_with_links_to_what_is_missing(page, section, odhran):
    both = {"one": (ONE, "Co-operatives raise little."), "three": (THREE, "Nobody is asked for their home.")}
    mine = TEXT.replace(*both["one"]).replace(*both["three"])
    form = page.form(body=mine)
    saves(section, odhran, TEXT.replace(ONE, "Co-operatives lend less.").replace(THREE, "Homes are safe."))
    typed = dict(page.sends(form).context["typed"])
    answer = page.sends(typed | {"clash-0": "mine", "clash-1": "whatever"})
    assert (answer.status_code, [place.number for place in answer.context["unchosen"]]) == (422, [1])
    assert 'href="#mine-1"' in answer.content.decode()
    assert [place.chosen for place in answer.context["places"]] == ["mine", ""]
    assert draft_of(section).revision == 2


def test_a_choice_made_before_somebody_saved_once_more_is_asked_for_again(page, section, odhran):
    form = page.form(body=MINE)
    saves(section, odhran, SAME_WORDS)
    typed = dict(page.sends(form).context["typed"])
    saves(section, odhran, SAME_WORDS.replace("before the month is out", "the same day"))
    answer = page.sends(typed | {"clash-0": "mine"})
    assert (answer.status_code, answer.context["again"], dict(answer.context["typed"])["seen"]) == (409, True, 3)
    assert [place.chosen for place in answer.context["places"]] == [""]


def test_a_choice_that_a_place_does_not_offer_is_no_choice(page, section, odhran):
    form = page.form(body=MINE)
    saves(section, odhran, SAME_WORDS)
    asked = page.sends(form)
    assert [place.woven for place in asked.context["places"]] == [None]
    answer = page.sends(dict(asked.context["typed"]) | {"clash-0": "woven"})
    assert (answer.status_code, draft_of(section).body) == (422, SAME_WORDS)


def test_changes_to_different_words_of_one_sentence_can_be_joined(page, section, odhran):
    form = page.form(body=TEXT.replace("every enquiry", "each enquiry"))
    saves(section, odhran, TEXT.replace("ten working days", "five working days"))
    asked = page.sends(form)
    [place] = asked.context["places"]
    assert place.woven.text == "It will answer each enquiry within five working days."
    page.sends(dict(asked.context["typed"]) | {"clash-0": "woven"})
    assert draft_of(section).body == MINE.replace("every enquiry", "each enquiry")


def test_of_two_titles_that_are_both_kept_the_second_becomes_a_paragraph(page, section, odhran):
    form = page.form(title="Money for members")
    saves(section, odhran, TEXT, title="Lending")
    typed = dict(page.sends(form).context["typed"])
    page.sends(typed | {"clash-0": "both"})
    assert (draft_of(section).title, draft_of(section).body) == ("Money for members", f"Lending\n\n{TEXT}")


def test_titles_that_are_too_long_together_are_refused_and_nothing_is_cut(page, section, odhran):
    form = page.form(title=f"{'Good ' * 20}Finance that fits")
    saves(section, odhran, TEXT, title=f"Finance that fits{' well' * 20}")
    asked = page.sends(form)
    assert len(asked.context["places"][0].woven.text) > 120
    answer = page.sends(dict(asked.context["typed"]) | {"clash-0": "woven"})
    assert (answer.status_code, answer.context["form"].errors) == (
        409,
        {"title": ["Both titles together are too long. Choose one of the two."]},
    )
    assert (answer.context["form"]["title"].value(), draft_of(section).revision) == (form["title"], 2)


# --- Kept on the way ------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_and_the_page_is_told_when(page, section, halina):
    answer = page.sends(page.form(body=MINE), "copy-keep")
    copy = WorkingCopy.objects.get(person=halina)
    assert (answer.status_code, copy.body, copy.based_on) == (200, MINE, 1)
    assert answer.json()["kept_at"] == copy.saved_at.isoformat()
    assert re.fullmatch(r"Kept at \d{1,2}:\d\d[ap]m, not saved yet", answer.json()["says"])
    assert draft_of(section).revision == 1


def test_words_that_were_kept_are_offered_and_nothing_is_put_back_unasked(page, section):
    page.sends(page.form(body=MINE), "copy-keep")
    offer = page.opens()
    assert offer.templates[0].name == "panel/kept_words.html"
    assert [(one.label, [(told.was, told.now) for told in one.told]) for one in offer.context["changes"]] == [
        ("1.2", [("ten", "five")])
    ]
    form = page.opens(words="kept").context["form"]
    assert [form[name].value() for name in ("body", "based_on")] == [MINE, 1]
    page.sends({name: form[name].value() for name in ("title", "body", "based_on", "kept")})
    assert (draft_of(section).body, WorkingCopy.objects.count()) == (MINE, 0)


def test_kept_words_can_be_thrown_away(page, section):
    page.sends(page.form(body=MINE), "copy-keep")
    assert said(page.sends({"throw_away": "yes"})) == ["Thrown away. This is the draft as it was saved."]
    assert WorkingCopy.objects.count() == 0
    assert page.opens().context["form"]["body"].value() == TEXT


def test_kept_words_that_are_the_draft_by_now_are_not_offered(page, section, odhran):
    page.sends(page.form(body=MINE), "copy-keep")
    saves(section, odhran, MINE)
    assert page.opens().templates[0].name == "panel/section_edit.html"


def test_nobody_is_offered_a_colleagues_words(page, section, odhran):
    keep_working_copy(section, by=odhran, title="x", body="secret thoughts", based_on=1)
    answer = page.opens()
    assert ("secret thoughts" in answer.content.decode(), answer.templates[0].name) == (
        False,
        "panel/section_edit.html",
    )


def test_words_of_another_device_are_not_written_over(page, section, halina):
    """A phone kept one thing, a computer with an older page another: both stay, and the later one is told."""
    on_phone = keep_working_copy(section, by=halina, title="Finance that fits", body="On the phone.", based_on=1)
    answer = page.sends(page.form(body=MINE), "copy-keep")
    assert (answer.status_code, answer.json()) == (
        409,
        {
            "kept_at": None,
            "says": "Not kept: You typed other words in this section on another device or in another tab. Save here, then look "
            "there.",
        },
    )
    assert page.sends(page.form(body=MINE)).status_code == 302
    assert (draft_of(section).body, WorkingCopy.objects.get().body) == (MINE, "On the phone.")
    assert page.opens().context["copy"] == on_phone


def test_a_late_keep_does_not_bring_back_what_has_been_saved(page, section):
    kept_at = page.sends(page.form(body=MINE[:-9]), "copy-keep").json()["kept_at"]
    page.sends(page.form(body=MINE, kept=kept_at))
    late = page.sends(page.form(body=MINE[:-5], based_on=1, kept=kept_at), "copy-keep")
    assert (late.status_code, late.json()["kept_at"], WorkingCopy.objects.count()) == (409, "", 0)


@pytest.mark.parametrize("kept", ["yesterday", "2026-01-01", "9999-99-99T00:00", "\0"])
def test_a_time_that_is_none_keeps_nothing_from_being_saved(page, section, kept):
    assert page.sends(page.form(body=MINE, kept=kept)).status_code in {302, 422}
    assert page.sends(page.form(body=MINE, kept=""), "copy-keep").status_code == 200


def test_a_colleague_who_writes_is_named_for_ten_minutes(page, section, odhran):
    copy = keep_working_copy(section, by=odhran, title="x", body="y", based_on=1)
    for minutes, shown in ((0, [("Odhran Keane", 0)]), (3, [("Odhran Keane", 3)]), (11, [])):
        WorkingCopy.objects.filter(pk=copy.pk).update(
            saved_at=timezone.now() - dt.timedelta(minutes=minutes, seconds=5)
        )
        assert [(str(one["name"]), one["minutes"]) for one in page.opens().context["colleagues"]] == shown


# --- Looking at it, and looking for voices --------------------------------------------------------------------------------


def test_the_preview_shows_numbered_paragraphs_and_saves_nothing(page, section, halina):
    answer = page.sends(page.form(body="## A heading\n\nNew **words**.", preview="preview"))
    assert [(one.label, one.html) for one in answer.context["preview"]["shown"]] == [
        ("", "<h3>A heading</h3>\n"),
        ("1.1", "<p>New <strong>words</strong>.</p>\n"),
    ]
    form = answer.context["form"]
    assert (form["body"].value(), form.errors, draft_of(section).revision) == ("## A heading\n\nNew **words**.", {}, 1)
    assert form["kept"].value() == WorkingCopy.objects.get(person=halina).saved_at.isoformat()


def test_a_text_far_too_long_is_not_shown(page, section):
    answer = page.sends(page.form(body="a" * (2 * LONGEST_TEXT + 1)), "preview")
    assert "The text is far too long to show." in read(answer)


def test_voices_are_found_by_words_paragraph_and_state_and_what_was_typed_stays(page, section):
    first = said_to(section, paragraph=1, body="Members have savings.")
    second = said_to(section, paragraph=2, words="lending desk", body="Who staffs the desk?")
    whole = said_to(section, body="Too long by half, desk and all.")
    for asked, found in (
        ({}, [first, second, whole]),
        ({"find-words": "desk"}, [second, whole]),
        ({"find-paragraph": "2"}, [second]),
        ({"find-paragraph": "2", "find-words": "savings"}, []),
        ({"find-state": "answered"}, []),
        ({"find-paragraph": "77", "find-state": "nonsense"}, [first, second, whole]),
    ):
        answer = page.sends(page.form(body=MINE, find="find", **asked))
        assert [line.row for line in answer.context["voices"]] == found
        assert answer.context["form"]["body"].value() == MINE
        fragment = page.opens("section-evidence", **asked)
        assert [line.row for line in fragment.context["voices"]] == found
    assert draft_of(section).revision == 1


def test_the_editor_asks_as_often_for_three_voices_and_paragraphs_as_for_one(page, section):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page.opens().status_code == 200
        return len(queries)

    said_to(section, paragraph=1)
    page.opens()
    one = asked()
    publish(section, f"{TEXT}\n\nFour.\n\nFive.\n\nSix.")
    for paragraph in (2, 3):
        said_to(section, paragraph=paragraph)
    assert asked() == one


# --- Who may not ------------------------------------------------------------------------------------------------------------


ROOMS = ["section-edit", "draft-revisions", "inside", "section-publish", "dissent-record", "section-evidence"]


@pytest.mark.parametrize("name", ROOMS)
def test_the_room_is_not_there_for_others(client, section, name):
    address = reverse(f"panel:{name}", args=[section.slug])
    assert client.get(address)["Location"].startswith("/accounts/login/")
    client.force_login(UserFactory(roles=["staff"]))
    assert (client.get(address).status_code, client.post(address, {"body": "x"}).status_code) == (404, 404)


def test_who_lost_their_seat_while_writing_gets_the_words_back_and_is_told_why(page, section, halina):
    form = page.form(body=MINE, title="My title")
    halina.appointments.update(ends_on=timezone.localdate())
    assert page.opens().status_code == 404
    answer = page.sends(form)
    assert (answer.status_code, answer.context["typed"]) == (403, [("Title", "My title"), ("Text", MINE)])
    assert "You are not a member of the panel any more. Nothing was saved." in read(answer)
    assert (draft_of(section).revision, WorkingCopy.objects.count()) == (1, 0)
    assert page.sends(form, "copy-keep").status_code == 404


def test_the_words_come_back_even_where_there_is_no_such_section(page, section, halina):
    """So that a stranger to the panel cannot tell which sections are being written."""
    halina.appointments.update(ends_on=timezone.localdate())
    sent = {"title": "t", "body": "b"}
    answers = [page.client.post(f"/strategy/{slug}/edit/", sent) for slug in (section.slug, "no-such-section")]
    assert [(answer.status_code, answer.context["typed"]) for answer in answers] == [
        (403, [("Title", "t"), ("Text", "b")])
    ] * 2


def test_when_the_session_has_ended_the_words_wait_behind_the_sign_in(page, section, halina):
    form = page.form(body=MINE)
    Session.objects.all().delete()
    answer = page.sends(form)
    assert answer["Location"] == f"/accounts/login/?next={page.at()}"
    session = page.client.session
    held = session["typed"]
    page.client.force_login(halina)
    session = page.client.session
    session["typed"] = held
    session.save()
    shown = page.opens().context["form"]
    assert (shown["body"].value(), shown["based_on"].value()) == (MINE, "1")
    assert page.sends(form).status_code == 302
    assert draft_of(section).body == MINE


def test_who_writes_in_a_section_that_is_merged_away_gets_the_words_back(page, section):
    form = page.form(body=MINE)
    into = a_section("Other words.", title="Another")
    merge_sections(section, by=None, into=into)
    answer = page.sends(form)
    assert (answer.status_code, answer.context["typed"]) == (409, [("Title", "Finance that fits"), ("Text", MINE)])
    assert page.opens()["Location"] == reverse("panel:section-edit", args=[into.slug])


def test_words_that_were_kept_in_a_section_that_is_merged_away_can_still_be_copied(page, section):
    page.sends(page.form(body=MINE), "copy-keep")
    merge_sections(section, by=None, into=a_section("Other words.", title="Another"))
    answer = page.opens()
    assert (answer.status_code, answer.context["typed"]) == (410, [("Title", "Finance that fits"), ("Text", MINE)])


# --- Earlier wordings ---------------------------------------------------------------------------------------------------------


def test_every_wording_says_who_and_when_and_what_changed(page, section, odhran):
    form = page.form(body=MINE)
    saves(section, odhran, ELSEWHERE, title="Finance")
    page.sends(form)
    rows = page.opens("draft-revisions").context["wordings"]
    assert [(row.number, row.is_merge, str(row.saved_by)) for row in rows][:2] == [
        (3, True, "Halina Nowak"),
        (2, False, "Odhran Keane"),
    ]
    shown = page.opens("draft-revisions", number=2)
    assert [(one.label, [(told.was, told.now) for told in one.told]) for one in shown.context["changes"]] == [
        ("1.1", [("", "far")])
    ]
    assert "“Finance that fits” became “Finance”" in read(shown)
    assert [one.change.kind for one in page.opens("draft-revisions", number=1).context["changes"]] == ["added"] * 3


@pytest.mark.parametrize("number", ["7", "0"])
def test_a_wording_that_never_was_is_not_found(page, section, number):
    assert page.opens("draft-revisions", number=number).status_code == 404


def test_a_question_that_makes_no_sense_shows_the_list(page, section):
    assert page.opens("draft-revisions", number="x", since="-3", page="99").status_code == 200


def test_the_list_asks_as_often_for_three_wordings_as_for_one(page, section, odhran):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page.opens("draft-revisions").status_code == 200
        return len(queries)

    page.opens("draft-revisions")
    one = asked()
    saves(section, odhran, MINE)
    saves(section, UserFactory(roles=["panel_member"]), ELSEWHERE)
    assert asked() == one


# --- Among themselves ---------------------------------------------------------------------------------------------------------


def test_what_the_panel_says_inside_is_seen_by_the_panel_alone(page, section, odhran):
    key = str(page.opens("inside").context["form"]["key"].value())
    sent = {"body": "Between ourselves: the vote was close.", "key": key}
    first, again = page.sends(sent, "inside"), page.sends(sent, "inside")
    [row] = section.inside.contributions.all()
    assert first["Location"] == again["Location"] == f"{page.at('inside')}#c{row.pk}"
    assert (row.standing, str(row.author), row.thread.audience) == ("published", "Halina Nowak", "panel")
    colleague, stranger = Client(), Client()
    colleague.force_login(odhran)
    stranger.force_login(UserFactory(roles=["moderator"]))
    assert [line.row for line in colleague.get(page.at("inside")).context["page"].lines] == [row]
    assert [stranger.get(address).status_code for address in (page.at("inside"), row.get_absolute_url())] == [404, 404]
    assert "Between ourselves" not in stranger.get(section.get_absolute_url()).content.decode()


def test_an_empty_word_to_the_panel_is_refused(page, section):
    answer = page.sends({"body": " ", "key": "5e9f5bb2-1111-4111-8111-111111111111"}, "inside")
    assert (answer.status_code, answer.context["form"].errors["body"]) == (
        422,
        ["Write what you want to say to the panel."],
    )


def test_a_word_to_the_panel_comes_back_when_the_seat_is_lost(page, section, halina):
    halina.appointments.update(ends_on=timezone.localdate())
    answer = page.sends({"body": "My words", "key": "x"}, "inside")
    assert (answer.status_code, answer.context["typed"]) == (403, [("To the panel", "My words")])


def test_dissent_is_on_record_once_and_public_only_if_wished(page, section, halina):
    sent = {"body": "This goes too far.", "paragraph": "2", "version": "1"}
    page.sends(sent, "dissent-record")
    page.sends(sent, "dissent-record")
    page.sends({"body": "All of it.", "paragraph": "", "version": "1", "is_public": "on"}, "dissent-record")
    assert list(Dissent.objects.order_by("pk").values_list("member", "paragraph", "version__number", "is_public")) == [
        (halina.pk, 2, 1, False),
        (halina.pk, None, 1, True),
    ]
    public = Client().get(section.get_absolute_url()).content.decode()
    assert ("This goes too far." in public, "All of it." in public) == (False, True)


def test_dissent_about_a_version_that_is_not_in_force_any_more_is_asked_about(page, section):
    publish(section, MINE)
    answer = page.sends({"body": "Too far.", "paragraph": "2", "version": "1"}, "dissent-record")
    assert (answer.status_code, answer.context["form"]["version"].value()) == (409, 2)
    assert Dissent.objects.count() == 0


@pytest.mark.parametrize("sent", [{"body": ""}, {"body": "x", "paragraph": "9"}, {"body": "x" * 5001}])
def test_dissent_that_says_nothing_or_too_much_is_refused(page, section, sent):
    answer = page.sends({"version": "1"} | sent, "dissent-record")
    assert (answer.status_code, Dissent.objects.count()) == (422, 0)
