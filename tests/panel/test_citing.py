"""The panel cites blog posts: as evidence for a decision, beside contributions or alone; told to their authors, shown wherever
voices are shown, and silent about whatever is not public any more."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from blog.actions.editing import correct_post
from blog.actions.writing import withdraw_post
from blog.models import Post
from blog.reports import citations_of
from commons.audit.models import Entry
from commons.digests.models import Notice
from commons.moderation.actions import decide_moderation, hold
from commons.moderation.models import Cause, Standing
from panel.actions.deciding import (
    AnsweredAlready,
    CannotCite,
    Cited,
    NobodyToAnswer,
    PassageNotInIt,
    PassageTooLong,
    accept_suggestion,
    make_decision,
    undo_decision,
)
from panel.actions.publishing import Because, merge_sections
from panel.exports.pack import answers, fingerprint, made_now
from panel.exports.tables import AnswersReport, ContributionsReport
from panel.models import Change, Decision, Voice
from panel.reports import (
    CitedThing,
    as_said,
    latest_said,
    outcome_counts,
    posts_to_cite,
    reasons_of,
    said_and_changed,
)
from tests.factories.blog import a_post, an_author, an_editor
from tests.factories.panel import TEXT, a_section, publish, said_to
from tests.factories.people import UserFactory
from tests.panel.test_exports import table_of
from tests.panel.test_publishing_races import kinds, together

pytestmark = pytest.mark.django_db

BODY = "The bank said **no**, twice.\n\nWe asked [our members](https://example.coop) instead, and had the money in a week.\n"
PASSAGE = "We asked our members instead"


@pytest.fixture
def chair():
    return UserFactory(roles=["chair"])


@pytest.fixture
def section(chair):
    return a_section(chair=chair)


@pytest.fixture
def post():
    return a_post("Why we asked our members", by=an_author(name="Olwen Hughes"), body=BODY)


def decide(section, chair, *posts, quote="", outcome="accepted", **given):
    cited = [Cited(post, quote) for post in posts]
    return make_decision(section, by=chair, cites=cited, outcome=outcome, reason="Members lend faster.", **given)


def hide(post, how):
    """Make a public post one that is not."""
    if how == "withdrawn":
        withdraw_post(post, by=post.author)
    elif how == "held":
        hold(post, by=None, cause=Cause.REPORT)
    elif how == "declined":
        Post.objects.filter(pk=post.pk).update(standing=Standing.DECLINED)
    else:
        Post.objects.filter(pk=post.pk).update(public_from=timezone.now() + timedelta(days=1))


NOT_PUBLIC = ["withdrawn", "held", "declined", "scheduled"]


# --- Deciding ---------------------------------------------------------------------------------------------------------------


def test_a_decision_may_rest_on_a_blog_post_alone(section, chair, post):
    decision = decide(section, chair, post, quote=PASSAGE)
    assert list(Voice.objects.values_list("decision", "contribution", "post", "quote", "revision")) == [
        (decision.pk, None, post.pk, PASSAGE, 1)
    ]
    [entry] = Entry.objects.filter(verb="make_decision")
    assert entry.data == {"outcome": "accepted", "voices": [], "posts": [post.pk]}


def test_a_decision_may_rest_on_contributions_and_posts_together(section, chair, post):
    row = said_to(section)
    decision = decide(section, chair, post, voices=[row])
    assert list(decision.voices.values_list("contribution", "post")) == [(row.pk, None), (None, post.pk)]


def test_an_accepted_suggestion_may_cite_posts_too(section, chair, post):
    row = said_to(section, paragraph=2, words="explore", replacement="open")
    decision = accept_suggestion(row, by=chair, reason="Yes.", cites=[Cited(post)])
    assert list(decision.voices.values_list("contribution", "post")) == [(row.pk, None), (None, post.pk)]


def test_a_decision_needs_a_voice_of_one_kind_or_the_other(section, chair):
    with pytest.raises(NobodyToAnswer):
        decide(section, chair)
    assert Decision.objects.count() == 0


def test_one_post_may_be_cited_by_many_decisions_but_by_each_once(section, chair, post):
    first, second = decide(section, chair, post), decide(section, chair, post, post, outcome="no")
    assert [decision.voices.count() for decision in (first, second)] == [1, 1]
    with pytest.raises(IntegrityError), transaction.atomic():
        Voice.objects.create(decision=first, post=post, revision=1)


def test_a_voice_is_just_one_thing(section, chair, post):
    row, decision = said_to(section), decide(section, chair, post)
    for wrong in (
        {},
        {"contribution": row, "post": post, "revision": 1},
        {"contribution": row, "quote": "Words"},
        {"post": a_post("Another")},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Voice.objects.create(decision=decision, **wrong)


@pytest.mark.parametrize("how", NOT_PUBLIC)
def test_only_what_is_public_at_that_moment_can_be_cited(section, chair, post, how):
    hide(post, how)
    with pytest.raises(CannotCite, match="not public any more, so it cannot be cited"):
        decide(section, chair, post, voices=[said_to(section)])
    assert Decision.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  We asked our\n members instead ", "We asked our members instead"),
        ("“We asked our members instead”", "We asked our members instead"),
        ("The bank said no, twice. We asked", "The bank said no, twice.\nWe asked"),
        ("Why we asked our members", "Why we asked our members"),
        ("   ", ""),
    ],
)
def test_a_passage_is_kept_as_it_stands_in_the_post(section, chair, post, typed, kept):
    decide(section, chair, post, quote=typed)
    assert Voice.objects.get().quote == kept


@pytest.mark.parametrize("typed", ["We asked our members, in vain", "sked our members", "https://example.coop", "“”"])
def test_words_that_do_not_stand_there_are_refused_and_nothing_is_kept(section, chair, post, typed):
    with pytest.raises(PassageNotInIt, match="do not stand in “Why we asked our members”") as refusal:
        decide(section, chair, post, quote=typed)
    assert (refusal.value.thing, Decision.objects.count(), Notice.objects.filter(kind="cited").count()) == (post, 0, 0)


def test_a_post_is_not_copied_as_a_whole(section, chair):
    post = a_post("Long", body="word " * 1000)
    with pytest.raises(PassageTooLong, match="at most 2000 characters"):
        decide(section, chair, post, quote="word " * 401)


def test_the_same_answer_sent_twice_is_one_decision(section, chair, post):
    key = uuid.uuid4()
    assert decide(section, chair, post, key=key) == decide(section, chair, post, key=key)
    assert Notice.objects.filter(kind="cited").count() == 1


def test_contributions_are_still_answered_once(section, chair, post):
    row = said_to(section)
    decide(section, chair, voices=[row])
    with pytest.raises(AnsweredAlready):
        decide(section, chair, post, voices=[row])


def test_an_older_decision_cannot_cite_what_was_not_out_yet(section, chair, post):
    with pytest.raises(CannotCite):
        decide(section, chair, post, now=timezone.now() - timedelta(days=2))


# --- Telling ----------------------------------------------------------------------------------------------------------------


def test_each_author_is_told_with_the_decision_and_the_reason(section, chair):
    other = an_author(name="Second", email="second@example.coop")
    post = a_post("Why we asked our members", along=[other], body=BODY)
    Notice.objects.all().delete()
    decision = decide(section, chair, post)
    assert list(Notice.objects.order_by("recipient").values_list("recipient", "kind", "subject", "text", "path")) == [
        (
            person.pk,
            "cited",
            "The panel cited your post: accepted",
            "Your post: “Why we asked our members”. The panel’s reason: Members lend faster.",
            decision.get_absolute_url(),
        )
        for person in sorted([post.author, other], key=lambda person: person.pk)
    ]


def test_a_member_of_the_panel_may_cite_a_post_of_their_own_and_is_not_told(section):
    member = UserFactory(roles=["panel_member"])
    post = a_post("Mine", by=member)
    decide(section, member, post)
    assert Notice.objects.filter(kind="cited").count() == 0
    decide(section, UserFactory(roles=["chair"]), post)
    assert list(Notice.objects.filter(kind="cited").values_list("recipient", flat=True)) == [member.pk]


def test_authors_are_told_when_the_decision_is_taken_back(section, chair, post):
    decision = decide(section, chair, post)
    undo_decision(decision, by=chair, reason="We had misread it.")
    assert list(Notice.objects.filter(kind="citation-undone").values_list("recipient", "subject", "text")) == [
        (
            post.author_id,
            "The panel has taken back a decision that cited your post",
            "Your post: “Why we asked our members”. The panel’s reason: We had misread it.",
        )
    ]


def test_authors_are_told_once_when_words_change_because_of_their_posts(section, chair, post):
    second = a_post("Another of mine", by=post.author)
    decision = decide(section, chair, post, second)
    version = publish(section, TEXT.replace("ten", "five"), chair=chair, because=Because(decisions=(decision.pk,)))
    assert list(Notice.objects.filter(kind="you-said-we-changed").values_list("recipient", "subject", "path")) == [
        (post.author_id, f"You wrote, we changed: {version.title}", post.get_absolute_url())
    ]


# --- Both ways --------------------------------------------------------------------------------------------------------------


def changed_because_of(section, chair, *posts, **given):
    """A decision because of posts, and the version in which the words changed."""
    decision = decide(section, chair, *posts, **given)
    publish(section, TEXT.replace("ten", "five"), chair=chair, because=Because(decisions=(decision.pk,)))
    section.refresh_from_db()
    return decision


def as_shown(post, **given):
    voice = Voice.objects.get(post=post)
    return CitedThing(
        key=voice.pk,
        is_public=True,
        title="Why we asked our members",
        authors="Olwen Hughes",
        url=post.get_absolute_url(),
        language="en-gb",
        **given,
    )


def test_from_changed_words_to_the_post_and_from_the_post_to_the_words(section, chair, post):
    decision = changed_because_of(section, chair, post, quote=PASSAGE)
    [why] = reasons_of(Change.objects.published().filter(version=section.current))
    [said] = as_said(said_and_changed(section))
    assert (why.decision, why.voices, why.cited) == (decision, [], [as_shown(post, quote=PASSAGE)])
    assert (said.decision, said.voices, said.cited) == (decision, [], [as_shown(post, quote=PASSAGE)])
    [citation] = citations_of([post])[post.pk]
    assert (citation.label, citation.url, citation.quote, citation.outcome, citation.tone, citation.reason) == (
        str(section),
        decision.get_absolute_url(),
        PASSAGE,
        "Accepted",
        "yes",
        "Members lend faster.",
    )
    assert [(change.label, change.url) for change in citation.changes] == [
        (str(section.current), f"{section.current.get_absolute_url()}#p2")
    ]


def test_a_post_tells_of_the_decisions_that_stand_the_newest_first(section, chair, post):
    first, second, undone = (decide(section, chair, post, outcome=outcome) for outcome in ("accepted", "no", "later"))
    undo_decision(undone, by=chair, reason="Wrong.")
    assert [one.url for one in citations_of([post])[post.pk]] == [
        second.get_absolute_url(),
        first.get_absolute_url(),
    ]


def test_posts_tell_of_their_citations_with_as_many_queries_for_many_as_for_one(section, chair):
    posts = [a_post(f"Post {number}") for number in range(3)]
    for post in posts:
        changed = decide(section, chair, post)
        changed.changes.create(section=section, before="a", after="b")
    with CaptureQueriesContext(connection) as one:
        citations_of(posts[:1])
    with CaptureQueriesContext(connection) as many:
        found = citations_of(posts)
    assert [len(found[post.pk]) for post in posts] == [1, 1, 1]
    assert (len(one), len(many)) == (2, 2)


def test_outcomes_count_posts_among_the_voices(section, chair, post):
    decide(section, chair, post, voices=[said_to(section)])
    decide(section, chair, post, outcome="no")
    counts = {code: number for code, _label, number in outcome_counts(section)}
    assert counts == {"accepted": 2, "in_part": 0, "no": 1, "later": 0}
    withdraw_post(post, by=post.author)
    counts = {code: number for code, _label, number in outcome_counts(section)}
    assert counts == {"accepted": 1, "in_part": 0, "no": 0, "later": 0}


def test_the_front_page_tells_of_an_answer_that_rests_on_a_post(section, chair, post, client):
    decision = changed_because_of(section, chair, post, quote=PASSAGE)
    assert [one.decision for one in latest_said()] == [decision]
    page = client.get("/").content.decode()
    assert [word in page for word in (PASSAGE, "Olwen Hughes", "One blog post shaped it.")] == [True, True, True]
    withdraw_post(post, by=post.author)
    assert latest_said() == []
    assert [word in client.get("/").content.decode() for word in (PASSAGE, "Olwen Hughes")] == [False, False]


def test_a_decision_because_of_posts_goes_along_when_its_section_is_merged(section, chair, post):
    other = a_section("Other words.", title="Members", chair=chair)
    decision, elsewhere = decide(section, chair, post), decide(other, chair, post, outcome="no")
    merge_sections(section, by=chair, into=other)
    decision.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (decision.section, elsewhere.section) == (other, other)


# --- What is not public any more ------------------------------------------------------------------------------------------


def places(section, decision, chair, client):
    """Every page and file that shows the voices behind a decision."""
    pages = [
        section.get_absolute_url(),
        section.current.get_absolute_url(),
        reverse("panel:compare", args=[section.slug, 1, 2]),
        reverse("panel:changes"),
        reverse("panel:section-changes", args=[section.slug]),
        reverse("panel:pack-print"),
    ]
    found = {url: client.get(url).content.decode() for url in pages}
    client.force_login(chair)
    undo = reverse("panel:decision-undo", args=[decision.pk])
    found[undo] = client.get(undo).content.decode()
    client.logout()
    found["table"] = str(table_of(AnswersReport()))
    return found


def test_a_cited_post_is_shown_everywhere_with_title_author_and_passage(section, chair, post, client):
    decision = changed_because_of(section, chair, post, quote=PASSAGE)
    words = ("Why we asked our members", "Olwen Hughes", PASSAGE, post.get_absolute_url())
    for where, told in places(section, decision, chair, client).items():
        assert [word for word in words if word not in told] == [], where


@pytest.mark.parametrize("how", NOT_PUBLIC)
def test_of_a_post_that_is_not_public_any_more_it_is_only_told_that_there_was_one(section, chair, post, client, how):
    decision = changed_because_of(section, chair, post, quote=PASSAGE)
    hide(post, how)
    for where, told in places(section, decision, chair, client).items():
        assert "A blog post that was taken back" in told, where
        assert [word for word in ("Why we asked", "Olwen", PASSAGE, post.slug) if word in told] == [], where
    assert (fingerprint() != "", b"Olwen" in made_now()[0]) == (True, False)


def test_a_corrected_post_keeps_the_passage_and_says_that_it_was_corrected(section, chair, post):
    decide(section, chair, post, quote=PASSAGE)
    given = {
        "title": post.title,
        "summary": post.summary,
        "body": "We asked the bank again.",
        "correction": "It was the bank.",
    }
    correct_post(post, by=an_editor(), seen=1, **given)
    [said] = as_said(said_and_changed(section))
    assert said.cited == [as_shown(post, quote=PASSAGE, is_earlier=True)]
    assert citations_of([post])[post.pk][0].state_label == "The post has been corrected since."


def test_a_passage_that_a_moderator_took_out_is_not_told_by_the_citation(section, chair, post, client):
    decision = changed_because_of(section, chair, post, quote=PASSAGE)
    hold(post, by=None, cause=Cause.REPORT)
    post.refresh_from_db()
    given = {
        "outcome": "redact",
        "reason": "private",
        "explanation": "It names somebody.",
        "words": {"body": "The bank said no."},
    }
    decide_moderation(post.moderation, by=UserFactory(roles=["moderator"]), seen=post.revision, **given)
    [said] = as_said(said_and_changed(section))
    assert said.cited == [as_shown(post)]
    assert citations_of([post])[post.pk][0].quote == ""
    assert [where for where, told in places(section, decision, chair, client).items() if PASSAGE in told] == []


# --- Files ------------------------------------------------------------------------------------------------------------------


def test_the_table_of_answers_holds_each_citation_exactly(section, chair, post, settings):
    row = said_to(section)
    decide(section, chair, post, quote=PASSAGE, outcome="no", voices=[row])
    said, cited = table_of(AnswersReport())
    assert (said["Number"], said["Post or source"], said["Its address"]) == (str(row.pk), "", "")
    assert cited == {
        "Number": "",
        "Place": "1 Finance that fits",
        "Where it was said": "",
        "Who": "Olwen Hughes",
        "Organisation": "",
        "Speaking": "For myself",
        "Said on": timezone.localdate(post.public_from).isoformat(),
        "Words it is about": "",
        "Title": "",
        "What was said": PASSAGE,
        "Suggested words": "",
        "Post or source": "Why we asked our members",
        "Its address": f"{settings.SITE_ADDRESS}{post.get_absolute_url()}",
        "Answer": "Not accepted",
        "Reason": "Members lend faster.",
        "Words before": "",
        "Words after": "",
        "Changed in": "",
    }
    assert len(table_of(ContributionsReport())) == 1


def test_the_table_counts_its_rows_and_can_be_asked_for_one_section(section, chair, post):
    other = a_section("Other words.", title="Members", chair=chair)
    decide(section, chair, post)
    undo_decision(decide(section, chair, post), by=chair, reason="Wrong.")
    decide(other, chair, post, voices=[said_to(other)])
    report = AnswersReport()
    with connection.cursor() as cursor:
        numbers = [report.count(cursor, given) for given in ({}, {"section": section.pk}, {"section": other.pk})]
    assert numbers == [3, 1, 2]
    assert [len(table_of(report, given)) for given in ({}, {"section": section.pk}, {"section": other.pk})] == [3, 1, 2]


def test_a_title_or_an_author_cannot_run_as_a_formula(section, chair):
    decide(section, chair, a_post("=1+1", by=an_author(name="=2+2"), body="=3+3 is six"), quote="=3+3 is six")
    [row] = table_of(AnswersReport())
    assert (row["Post or source"], row["Who"], row["What was said"]) == ("'=1+1", "'=2+2", "'=3+3 is six")


def test_the_pack_holds_the_citation_and_is_made_anew_when_the_post_is_withdrawn(section, chair, post):
    decide(section, chair, post, quote=PASSAGE)
    [answer], left_out, _mark = answers()
    before = fingerprint()
    assert (answer.number, answer.cited, answer.cited_title, answer.who, answer.body, answer.outcome, left_out) == (
        None,
        "post",
        "Why we asked our members",
        "Olwen Hughes",
        PASSAGE,
        "Accepted",
        0,
    )
    assert made_now()[1] == before
    withdraw_post(post, by=post.author)
    [answer], _left_out, _mark = answers()
    assert (answer.cited_title, answer.who, answer.body, answer.cited_url) == (
        "A blog post that was taken back",
        "",
        "",
        "",
    )
    assert (fingerprint() != before, made_now()[1] == fingerprint()) == (True, True)


# --- The desk ---------------------------------------------------------------------------------------------------------------


def test_posts_are_found_by_the_section_they_speak_to_and_by_words(section, chair):
    other = a_section("Other words.", title="Members", chair=chair)
    about = a_post("On lending", threads=[section.thread_id])
    elsewhere = a_post("On looms", threads=[other.thread_id])
    hidden = a_post("On lending again", threads=[section.thread_id])
    withdraw_post(hidden, by=hidden.author)
    assert list(posts_to_cite(section)) == [about]
    assert list(posts_to_cite(section, words="looms", about=False)) == [elsewhere]
    assert list(posts_to_cite(section, words="looms")) == []
    assert list(posts_to_cite(section, about=False)) == [elsewhere, about]
    merge_sections(section, by=chair, into=other)
    assert list(posts_to_cite(other)) == [elsewhere, about]


def ticked(page):
    return [f"p-{post.pk}" for post in page.context["posts"]]


def test_the_picker_keeps_what_was_ticked_and_leads_to_the_answer(section, chair, post, client):
    a_post("On lending", threads=[section.thread_id])
    client.force_login(chair)
    url = reverse("panel:cite-pick")
    assert "Choose the section" in client.get(url).content.decode()
    page = client.get(url, {"section": section.slug, "p": post.pk})
    html = page.content.decode()
    assert (ticked(page), [row.title for row in page.context["page_obj"]]) == ([f"p-{post.pk}"], ["On lending"])
    assert f'id="p-{post.pk}" checked' in html
    assert f'formaction="{reverse("panel:decision-make")}"' in html


def test_the_picker_takes_the_section_from_the_voices_that_are_answered(section, chair, client):
    row = said_to(section)
    a_post("On lending", threads=[section.thread_id])
    client.force_login(chair)
    page = client.get(reverse("panel:cite-pick"), {"c": row.pk})
    assert page.context["section"] == section
    assert f'<input type="hidden" name="c" value="{row.pk}">' in page.content.decode()


def test_a_withdrawn_post_cannot_be_ticked(section, chair, post, client):
    withdraw_post(post, by=post.author)
    client.force_login(chair)
    page = client.get(reverse("panel:cite-pick"), {"section": section.slug, "p": post.pk, "scope": "all"})
    assert (ticked(page), list(page.context["page_obj"])) == ([], [])


def answer_url(section, *posts, voices=()):
    asked = [f"c={row.pk}" for row in voices] + [f"p={post.pk}" for post in posts] + [f"section={section.slug}"]
    return f"{reverse('panel:decision-make')}?{'&'.join(asked)}"


def sent(post=None, **given):
    own = {"p": post.pk, f"quote_{post.pk}": ""} if post else {}
    return {"cites": "1", "outcome": "accepted", "reason": "Yes.", "key": str(uuid.uuid4()), **own, **given}


def test_the_desk_decides_because_of_a_post_alone(section, chair, post, client):
    client.force_login(chair)
    url = answer_url(section, post)
    assert "Decide because of what you cite" in client.get(url).content.decode()
    answer = client.post(url, sent(post, **{f"quote_{post.pk}": PASSAGE}))
    assert (answer.status_code, answer.url) == (302, f"{reverse('panel:desk')}?section={section.slug}")
    assert list(Voice.objects.values_list("post", "quote")) == [(post.pk, PASSAGE)]


def test_the_desk_answers_voices_and_cites_posts(section, chair, post, client):
    row = said_to(section, paragraph=2, words="explore", replacement="open")
    client.force_login(chair)
    url = answer_url(section, post, voices=[row])
    assert client.post(url, sent(post, words="open")).status_code == 302
    assert list(Voice.objects.values_list("contribution", "post")) == [(row.pk, None), (None, post.pk)]
    assert Change.objects.get().after == "open"


def test_a_passage_that_does_not_stand_there_is_told_beside_its_field_and_kept(section, chair, post, client):
    client.force_login(chair)
    answer = client.post(answer_url(section, post), sent(post, **{f"quote_{post.pk}": "We never asked"}))
    html = answer.content.decode()
    assert (answer.status_code, "<title>Error:" in html.replace("\n", ""), "We never asked" in html) == (
        422,
        True,
        True,
    )
    assert answer.context["form"].errors == {
        f"quote_{post.pk}": ["These words do not stand there. Copy them as they stand there, in one piece."]
    }


def test_a_post_that_was_withdrawn_meanwhile_is_refused_and_the_rest_can_be_sent_again(section, chair, post, client):
    row = said_to(section)
    client.force_login(chair)
    url, data = answer_url(section, post, voices=[row]), sent(post, reason="What I typed.")
    withdraw_post(post, by=post.author)
    answer = client.post(url, data)
    html = answer.content.decode()
    assert (answer.status_code, Decision.objects.count()) == (409, 0)
    assert ["What I typed." in html, "not public any more" in html, f'name="p" value="{post.pk}"' in html] == [
        True,
        True,
        False,
    ]
    del data["p"]
    assert client.post(url, data).status_code == 302
    assert list(Voice.objects.values_list("contribution", "post")) == [(row.pk, None)]


def test_nothing_left_to_cite_is_refused_in_plain_words_and_keeps_what_was_typed(section, chair, post, client):
    client.force_login(chair)
    url = answer_url(section, post)
    withdraw_post(post, by=post.author)
    assert client.get(url).url == f"{reverse('panel:cite-pick')}?section={section.slug}"
    for data in (sent(post, reason="What I typed."), sent(reason="What I typed.")):
        answer = client.post(url, data)
        assert (answer.status_code, "What I typed." in answer.content.decode()) == (409, True)


def test_whoever_ticks_too_many_posts_is_told_that_some_are_left_out(section, chair, client):
    posts = [a_post(f"Post {number}") for number in range(11)]
    client.force_login(chair)
    page = client.get(answer_url(section, *posts))
    assert len(page.context["cited"]) == 10
    assert "You can cite up to 10 of each at once. The others are left out." in page.content.decode()


def test_addresses_that_nobody_made_do_no_harm(section, chair, client):
    client.force_login(chair)
    for query in (
        "p=x&section=%00",
        "p=-1&c=%00",
        "p=99999999999999999999&section=" + "a" * 300,
        "section=nowhere&q=%00",
    ):
        assert client.get(f"{reverse('panel:cite-pick')}?{query}").status_code in {200, 400}
        assert client.get(f"{reverse('panel:decision-make')}?{query}").status_code in {400, 404}


def test_an_answer_about_nothing_is_not_there(chair, client):
    client.force_login(chair)
    assert client.get(reverse("panel:decision-make")).status_code == 404
    assert client.post(reverse("panel:decision-make"), sent()).status_code == 404


@pytest.mark.parametrize("role", ["editor", "staff", "moderator", None])
def test_only_the_panel_cites(role, section, post, client):
    client.force_login(UserFactory(roles=[role] if role else []))
    assert client.get(reverse("panel:cite-pick"), {"section": section.slug}).status_code in {403, 404}
    assert client.post(answer_url(section, post), sent(post)).status_code in {403, 404}
    assert Decision.objects.count() == 0


def test_the_page_to_publish_names_answers_by_voices_and_posts(section, chair, post, client):
    decide(section, chair, post)
    decide(section, chair, post, voices=[said_to(section)])
    client.force_login(chair)
    page = client.get(reverse("panel:section-publish", args=[section.slug]))
    assert [label for _pk, label in page.context["view"].answers] == [
        "Accepted, 1 voice, 1 blog post: Members lend faster.",
        "Accepted, 1 blog post: Members lend faster.",
    ]


# --- At once ----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_post_that_is_withdrawn_while_it_is_cited_is_cited_first_or_not_at_all():
    chair = UserFactory(roles=["chair"])
    section = a_section(chair=chair)
    for number in range(6):
        post = a_post(f"Post {number}", body=BODY)
        cited, withdrawn = together(
            lambda post=post: decide(section, chair, post, quote=PASSAGE),
            lambda post=post: withdraw_post(post, by=post.author),
        )
        assert kinds([withdrawn]) == ["Post"]
        assert kinds([cited]) in (["Decision"], ["CannotCite"])
        assert Voice.objects.filter(post=post).count() == (kinds([cited]) == ["Decision"])
    posts = [post for one in as_said(said_and_changed(section)) for post in one.cited]
    assert {(post.is_public, post.title, post.quote) for post in posts} <= {(False, "", "")}


@pytest.mark.django_db(transaction=True)
def test_a_post_that_is_corrected_while_it_is_cited_keeps_the_words_of_one_wording():
    chair, editor = UserFactory(roles=["chair"]), an_editor()
    section = a_section(chair=chair)
    post = a_post("Post", body=BODY)
    given = {"title": "Post", "summary": "Short", "body": "Other words altogether.", "correction": "Put right."}
    cited, _corrected = together(
        lambda: decide(section, chair, post, quote=PASSAGE),
        lambda: correct_post(post, by=editor, seen=1, **given),
    )
    assert kinds([cited]) in (["Decision"], ["PassageNotInIt"])
    assert set(Voice.objects.values_list("quote", "revision")) <= {(PASSAGE, 1)}
