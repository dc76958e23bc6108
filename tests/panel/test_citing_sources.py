"""The panel cites sources of the library as it cites posts: shown wherever voices are shown, told on the source's own page, and
silent about what was withdrawn."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultation.actions import Written, change_source, publish_source, withdraw_source
from consultation.reports import uses_of
from panel.actions.deciding import (
    CannotCite,
    Cited,
    PassageNotInIt,
    make_decision,
    undo_decision,
)
from panel.actions.publishing import Because
from panel.exports.pack import answers, fingerprint
from panel.exports.tables import AnswersReport
from panel.models import Decision, Voice
from panel.reports import CitedThing, as_said, latest_said, outcome_counts, reasons_of, said_and_changed
from tests.factories.blog import a_post
from tests.factories.consultation import A_PDF, a_source
from tests.factories.panel import TEXT, a_section, publish, said_to
from tests.factories.people import UserFactory
from tests.panel.test_exports import table_of

pytestmark = pytest.mark.django_db
PASSAGE = "Most clubs borrow from their own members first"


@pytest.fixture
def chair(client):
    person = UserFactory(roles=["chair"])
    client.force_login(person)
    return person


@pytest.fixture
def section(chair):
    return a_section(chair=chair)


@pytest.fixture
def source():
    return a_source()


def decide(section, chair, *things, quote="", outcome="accepted", **given):
    cited = [Cited(thing, quote) for thing in things]
    return make_decision(section, by=chair, cites=cited, outcome=outcome, reason="Clubs know how.", **given)


def test_a_decision_may_rest_on_a_source_a_post_and_a_voice_together(section, chair, source):
    row, post = said_to(section), a_post()
    decision = decide(section, chair, source, post, voices=[row])
    assert list(decision.voices.values_list("contribution", "post", "source", "revision")) == [
        (row.pk, None, None, None),
        (None, post.pk, None, 1),
        (None, None, source.pk, 1),
    ]


def test_a_voice_is_just_one_thing(section, chair, source):
    decision = decide(section, chair, source)
    post, other = a_post(), a_source("Other")
    for wrong in (
        {"source": other},
        {"source": other, "post": post, "revision": 1},
        {"source": other, "contribution": said_to(section), "revision": 1},
        {"source": source, "revision": 1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Voice.objects.create(decision=decision, **wrong)


def test_a_passage_is_kept_as_it_stands_and_words_that_do_not_stand_there_are_refused(section, chair, source):
    decide(section, chair, source, quote=" Most clubs borrow from\ntheir own members  first")
    assert Voice.objects.get().quote == PASSAGE
    with pytest.raises(PassageNotInIt, match="do not stand in “How clubs borrow”"):
        decide(section, chair, source, quote="Most clubs never borrow")


def test_a_passage_of_a_file_is_kept_as_typed(section, chair):
    decide(section, chair, a_source(body="", file=A_PDF), quote=" “On page 4,\n four of five.” ")
    assert Voice.objects.get().quote == "On page 4, four of five."


@pytest.mark.parametrize("is_draft", [True, False])
def test_only_what_is_public_can_be_cited(section, chair, is_draft):
    source = a_source(is_public=not is_draft)
    if not is_draft:
        withdraw_source(source, by=None, reason="Wrong")
    with pytest.raises(CannotCite):
        decide(section, chair, source)
    assert Decision.objects.count() == 0


def test_from_changed_words_to_the_source_and_from_the_source_to_the_words(client, section, chair, source):
    decision = decide(section, chair, source, quote=PASSAGE)
    because = Because(decisions=(decision.pk,))
    version = publish(section, f"{TEXT}\n\nClubs will lend to clubs.", chair=chair, because=because)
    [why] = reasons_of(version.changes.all())
    shown = CitedThing(
        decision.voices.get().pk, True, source.title, "Loom Research, 2015", source.get_absolute_url(), "en-gb", PASSAGE,
        is_source=True,
    )  # fmt: skip
    assert (why.voices, why.cited, why.public_sources, why.public_posts) == ([], [shown], [shown], [])
    [use] = uses_of([source])[source.pk]
    assert (use.label, use.quote, use.outcome, use.tone, [change.label for change in use.changes]) == (
        str(decision.section),
        PASSAGE,
        "Accepted",
        "yes",
        [str(version)],
    )
    section_page = client.get(section.get_absolute_url()).content.decode()
    own_page = client.get(source.get_absolute_url()).content.decode()
    assert ["The panel cites 1 source." in section_page, PASSAGE in section_page] == [True, True]
    assert [decision.get_absolute_url() in own_page, "Clubs will lend to clubs." in own_page] == [True, True]


def test_of_a_withdrawn_source_it_is_only_told_that_there_was_one(client, section, chair, source):
    decision = decide(section, chair, source, quote=PASSAGE)
    withdraw_source(source, by=None, reason="Wrong")
    [said] = as_said(said_and_changed(section))
    assert said.cited == [CitedThing(decision.voices.get().pk, is_source=True)]
    page = client.get(reverse("panel:changes")).content.decode()
    assert [word in page for word in ("A source that was withdrawn", PASSAGE, source.title)] == [True, False, False]
    [answer], _left_out, _mark = answers()
    assert (answer.cited, answer.cited_title, answer.who, answer.body, answer.cited_url) == (
        "source",
        "A source that was withdrawn",
        "",
        "",
        "",
    )
    publish_source(source, by=None)
    assert uses_of([source])[source.pk] != []


def test_a_changed_source_keeps_the_passage_and_says_that_it_was_changed(section, chair, source):
    decide(section, chair, source, quote=PASSAGE)
    words = Written("How clubs borrow", "Loom Research", 2015, "research", "Other.", body="Other.")
    change_source(source, by=None, written=words, based_on=1)
    [said] = as_said(said_and_changed(section))
    [use] = uses_of([source])[source.pk]
    assert (said.cited[0].quote, said.cited[0].is_earlier, use.state_label) == (
        PASSAGE,
        True,
        "The source has been changed since.",
    )


def test_a_decision_that_was_taken_back_is_not_told_by_the_source(section, chair, source):
    undo_decision(decide(section, chair, source), by=chair, reason="Too soon.")
    assert uses_of([source]) == {source.pk: []}


def test_outcomes_and_the_front_page_count_sources_among_the_voices(client, section, chair, source):
    decide(section, chair, source, outcome="no")
    assert {code: number for code, _words, number in outcome_counts(section)} == {
        "accepted": 0,
        "in_part": 0,
        "no": 1,
        "later": 0,
    }
    assert [said.public_sources[0].title for said in latest_said()] == ["How clubs borrow"]
    assert "in the library" in client.get("/").content.decode()


def test_the_table_and_the_pack_hold_the_source(settings, section, chair, source):
    before = fingerprint()
    decide(section, chair, source, quote=PASSAGE)
    [row] = table_of(AnswersReport())
    assert (row["Post or source"], row["Its address"], row["Who"], row["What was said"]) == (
        "How clubs borrow",
        f"{settings.SITE_ADDRESS}/sources/how-clubs-borrow/",
        "Loom Research, 2015",
        PASSAGE,
    )
    assert fingerprint() != before


def test_the_desk_finds_a_source_and_decides_because_of_it(client, section, chair, source):
    a_source("Fields", body="Farms.")
    pick = reverse("panel:cite-pick")
    found = client.get(pick, {"section": section.slug, "scope": "sources", "q": "borrow"})
    assert [thing.title for thing in found.context["page_obj"]] == ["How clubs borrow"]
    answer = f"{reverse('panel:decision-make')}?s={source.pk}&section={section.slug}"
    assert [one.thing for one in client.get(answer).context["cited"]] == [source]
    sent = {
        "cites": "1",
        "s": source.pk,
        "outcome": "accepted",
        "reason": "Yes.",
        "key": "00000000-0000-0000-0000-000000000001",
    }
    wrong = client.post(answer, sent | {f"source_quote_{source.pk}": "Nowhere at all"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, [f"source_quote_{source.pk}"])
    right = client.post(answer, sent | {f"source_quote_{source.pk}": PASSAGE})
    assert (right.status_code, Voice.objects.get().source, Voice.objects.get().quote) == (302, source, PASSAGE)


def test_a_source_that_was_withdrawn_meanwhile_is_refused_and_what_was_typed_is_kept(client, section, chair, source):
    answer = f"{reverse('panel:decision-make')}?s={source.pk}&section={section.slug}"
    withdraw_source(source, by=None, reason="Wrong")
    sent = {
        "cites": "1",
        "s": source.pk,
        "outcome": "no",
        "reason": "Typed.",
        "key": "00000000-0000-0000-0000-000000000001",
    }
    shown = client.post(answer, sent)
    assert (shown.status_code, shown.context["form"]["reason"].value(), shown.context["cited"]) == (409, "Typed.", [])


def test_sources_tell_of_their_uses_with_as_many_queries_for_many_as_for_one(section, chair, source):
    decide(section, chair, source)
    with CaptureQueriesContext(connection) as one:
        uses_of([source])
    others = [a_source(f"Paper {number}") for number in range(4)]
    for other in others:
        decide(section, chair, other, source)
    with CaptureQueriesContext(connection) as many:
        found = uses_of([source, *others])
    assert len(many) == len(one)
    assert [len(uses) for uses in found.values()] == [5, 1, 1, 1, 1]
