"""Big ideas: a contribution like any other, with a page, a thread and a place of its own."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from commons.audit.models import Entry
from commons.contributions.actions import (
    StaleEdit,
    TooSoon,
    add_contribution,
    announce_contributions,
    close_thread,
    edit_contribution,
    support_contribution,
    withdraw_contribution,
)
from commons.contributions.actions.leaving import settle_contributions
from commons.contributions.models import Contribution, Kind, Thread
from commons.contributions.reports import subject_of
from commons.digests.models import Notice
from commons.moderation.actions import decide_moderation, hold
from commons.moderation.models import Cause, Standing
from commons.themes.models import Theme
from commons.themes.reports import uses_of_themes
from consultation.actions import add_idea, announce_idea_comments, change_idea
from consultation.actions.leaving import settle_process
from consultation.models import Idea
from consultation.reports import idea_page, said_to_ideas
from consultation.tasks import announce
from panel.actions.deciding import AnsweredAlready, NobodyToAnswer, make_decision, put_words, undo_decision
from panel.actions.publishing import Because
from panel.anchoring import Quote
from panel.models import Decision, Voice
from panel.reports import on_desk
from tests.factories.blog import a_theme
from tests.factories.consultation import a_source, an_idea, said_of
from tests.factories.panel import a_section, publish, said_to
from tests.factories.people import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST, ADD = "/ideas/", "/ideas/new/"


def typed(**given):
    words = {"title": "A bank of looms", "body": "Share them.", "shown_as": "name", "key": str(uuid.uuid4())}
    return words | given


@pytest.fixture
def member(client):
    person = UserFactory()
    client.force_login(person)
    return person


@pytest.fixture
def staff():
    return UserFactory(roles=["staff"])


def titles(page):
    return [str(one.idea) for one in page.lines]


# --- Adding and changing ----------------------------------------------------------------------------------------------------


def test_an_idea_of_a_new_person_is_held_like_a_comment_and_shown_to_nobody_else(client, member):
    theme = a_theme()
    answer = client.post(ADD, typed(themes=[theme.pk], needs=["money", "law"], helps=["arts"]))
    idea = Idea.objects.select_related("contribution").get()
    row = idea.contribution
    assert (answer["Location"], row.kind, row.standing, row.title, row.thread) == (
        f"/ideas/{row.pk}/",
        "idea",
        "held",
        "A bank of looms",
        idea.thread,
    )
    assert (idea.needs, idea.helps, list(idea.themes.all())) == (["money", "law"], ["arts"], [theme])
    own = client.get(idea.get_absolute_url())
    assert "A moderator looks at this first." in own.content.decode()
    client.logout()
    assert client.get(idea.get_absolute_url()).status_code == 404
    assert [
        titles(client.get(f"{LIST}{query}").context["page"]) for query in ("", "?q=looms", f"?theme={theme.slug}")
    ] == [[], [], []]
    assert list(Entry.objects.filter(verb="add_idea").values_list("target_label", flat=True)) == [f"idea {row.pk}"]


def test_two_clicks_make_one_idea_and_one_thread(client, member):
    sent = typed()
    ways = {client.post(ADD, sent)["Location"] for _click in range(2)}
    assert (len(ways), Idea.objects.count(), Thread.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_idea_and_one_thread():
    person, key = UserFactory(), uuid.uuid4()

    def add(_number):
        try:
            return add_idea(by=person, title="A bank", body="Share.", key=key).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(add, range(2)))) == 1
    assert (Idea.objects.count(), Thread.objects.count()) == (1, 1)


def test_the_key_of_a_comment_gives_no_idea():
    idea, key = an_idea(), uuid.uuid4()
    said = add_contribution(idea.thread, by=UserFactory(), body="Yes.", key=key)
    other = add_idea(by=said.author, title="Another", body="New.", key=key)
    assert (other.pk == said.pk, other.contribution.kind) == (False, "idea")


def test_what_is_wrong_is_told_and_all_that_was_typed_is_kept(client, member):
    answer = client.post(ADD, typed(title=" ", body="x" * 10_001, needs=["money", "magic"], helps=["arts"]))
    form = answer.context["form"]
    assert (answer.status_code, Idea.objects.count(), Thread.objects.count()) == (422, 0, 0)
    assert {name: errors[0] for name, errors in form.errors.items()} == {
        "title": "Say in one line what the idea is.",
        "body": "Write at most 10000 letters. You have 10001.",
        "needs": "Select a valid choice. magic is not one of the available choices.",
    }
    assert (form["helps"].value(), form["needs"].value(), len(form["body"].value())) == (
        ["arts"],
        ["money", "magic"],
        10_001,
    )
    long = client.post(ADD, typed(title="x" * 121)).context["form"]
    assert long.errors["title"] == ["Write at most 120 letters. You have 121."]


def test_an_idea_speaks_for_an_organisation_as_a_comment_does(client):
    membership = MembershipFactory()
    client.force_login(membership.user)
    sent = typed(mandate="board", organisation=membership.organisation.pk, agreed_on="2026-03-27")
    assert client.post(ADD, sent).status_code == 302
    row = Contribution.objects.get()
    assert (row.mandate, row.organisation, str(row.agreed_on)) == ("board", membership.organisation, "2026-03-27")
    other = typed(mandate="board", organisation=MembershipFactory().organisation.pk, agreed_on="2026-03-27")
    assert client.post(ADD, other).status_code == 422


def test_nothing_stays_when_an_idea_is_refused(staff):
    person = UserFactory()
    for number in range(20):
        add_idea(by=person, title=f"Idea {number}", body="New.", key=uuid.uuid4())
    with pytest.raises(TooSoon):
        add_idea(by=person, title="One more", body="New.", key=uuid.uuid4())
    assert (Idea.objects.count(), Thread.objects.count()) == (20, 20)


def test_an_author_changes_an_idea_and_how_it_read_before_stays_readable(client, staff):
    client.force_login(staff)
    idea = an_idea(by=staff, needs=["money"])
    sent = {
        "title": "A library of looms",
        "body": "Lend them.",
        "based_on": "1",
        "needs": ["skills"],
        "helps": ["sports"],
    }
    assert client.post(f"{idea.get_absolute_url()}edit/", sent)["Location"] == idea.get_absolute_url()
    idea = Idea.objects.select_related("contribution").get()
    assert (str(idea), idea.needs, idea.helps, idea.contribution.revision) == (
        "A library of looms",
        ["skills"],
        ["sports"],
        2,
    )
    history = client.get(reverse("contributions:history", args=[idea.pk])).content.decode()
    assert ["A bank of looms" in history, "Share them." in history] == [True, True]
    stale = client.post(f"{idea.get_absolute_url()}edit/", sent | {"title": "Third"})
    assert (stale.status_code, stale.context["form"]["title"].value(), stale.context["form"]["based_on"].value()) == (
        409,
        "Third",
        2,
    )


def test_only_the_author_changes_an_idea_and_only_while_it_stands(client, member):
    idea = an_idea()
    assert client.get(f"{idea.get_absolute_url()}edit/").status_code == 404
    own = an_idea(by=member)
    withdraw_contribution(own.contribution, by=member)
    assert client.get(f"{own.get_absolute_url()}edit/").status_code == 404


def test_only_an_idea_has_a_title():
    idea = an_idea()
    row = said_of(idea)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contribution.objects.filter(pk=row.pk).update(title="A title")


# --- Reading ----------------------------------------------------------------------------------------------------------------


def test_ideas_are_sorted_by_day_support_and_talk(client):
    old, loved, talked = (an_idea(title) for title in ("Old", "Loved", "Talked of"))
    support_contribution(loved.contribution, by=UserFactory())
    said_of(talked)
    pages = {
        order: titles(client.get(f"{LIST}?order={order}").context["page"])
        for order in ("newest", "supported", "discussed", "x")
    }
    assert pages == {
        "newest": ["Talked of", "Loved", "Old"],
        "supported": ["Loved", "Talked of", "Old"],
        "discussed": ["Talked of", "Loved", "Old"],
        "x": ["Talked of", "Loved", "Old"],
    }
    assert old.pk < loved.pk < talked.pk


@pytest.mark.parametrize("order", ["newest", "supported", "discussed"])
def test_page_after_page_shows_each_idea_once(order):
    ideas = [an_idea(f"Idea {number}") for number in range(7)]
    for idea in ideas[::2]:
        support_contribution(idea.contribution, by=UserFactory())
        said_of(idea)
    seen, after = [], None
    while True:
        page = idea_page(UserFactory(), order=order, after=after, size=2)
        seen += titles(page)
        if (after := page.following) is None:
            break
    assert (page.total, sorted(seen), seen) == (
        7,
        sorted(map(str, ideas)),
        titles(idea_page(UserFactory(), order=order)),
    )


def test_ideas_are_found_by_words_theme_and_need():
    theme = a_theme("Land")
    an_idea("Fields for all", body="Tenants buy farms.", themes=[theme], needs=["law"])
    an_idea("A fund", body="All pay in.", needs=["money", "leader"])
    viewer = UserFactory()
    found = [
        titles(idea_page(viewer, **asked))
        for asked in ({"words": "farm"}, {"words": "funds"}, {"theme": theme}, {"need": "leader"}, {"words": "zebra"})
    ]
    assert found == [["Fields for all"], ["A fund"], ["Fields for all"], ["A fund"], []]


@pytest.mark.parametrize("how", ["held", "declined", "withdrawn"])
def test_what_is_not_public_is_in_no_list_count_search_or_sitemap_in_the_same_request(client, how):
    idea, theme = an_idea(themes=[a_theme()], needs=["money"]), a_theme()
    said = said_of(idea)
    match how:
        case "held":
            hold(idea.contribution, by=None, cause=Cause.REPORT)
            Contribution.objects.filter(pk=idea.pk).update(standing=Standing.HELD)
        case "declined":
            Contribution.objects.filter(pk=idea.pk).update(standing=Standing.DECLINED)
        case "withdrawn":
            withdraw_contribution(idea.contribution, by=idea.contribution.author)
    pages = [
        client.get(f"{LIST}{query}").context["page"]
        for query in ("", "?q=looms", f"?theme={theme.slug}", "?need=money")
    ]
    assert [(titles(page), page.total) for page in pages] == [([], 0)] * 4
    assert client.get(idea.get_absolute_url()).status_code == 404
    assert idea.get_absolute_url() not in client.get("/sitemap.xml").content.decode()
    assert (list(said_to_ideas()), list(on_desk())) == ([], [])
    page = client.get(reverse("contributions:contribution", args=[said.pk])).content.decode()
    assert ["What this was said to is not public any more." in page, "A bank of looms" in page] == [True, False]


def test_the_number_of_a_contribution_leads_to_the_page_of_the_idea(client):
    idea = an_idea()
    assert subject_of(Thread.objects.get(pk=idea.thread.pk)) == idea
    assert client.get(idea.contribution.get_absolute_url())["Location"] == idea.get_absolute_url()


def test_people_talk_in_the_thread_of_the_idea_and_nobody_replies_to_it(client, member):
    idea = an_idea()
    sent = {"body": "Ours too.", "shown_as": "name", "key": str(uuid.uuid4())}
    answer = client.post(f"{idea.get_absolute_url()}comment/", sent)
    row = Contribution.objects.get(kind=Kind.COMMENT)
    assert (answer["Location"], row.thread, row.parent) == (f"{idea.get_absolute_url()}#c{row.pk}", idea.thread, None)
    assert client.get(reverse("contributions:reply", args=[idea.pk])).status_code == 404
    shown = client.get(idea.get_absolute_url())
    assert [line.row for line in shown.context["page"].lines] == [row]


def test_nothing_can_be_said_to_an_idea_that_is_not_public(client, member):
    idea = an_idea(by=member, is_public=False)
    assert client.get(idea.get_absolute_url()).status_code == 200
    assert client.get(f"{idea.get_absolute_url()}comment/").status_code == 404


def test_hostile_words_are_shown_and_do_nothing(client):
    idea = an_idea("<script>alert(1)</script>", body="<img src=x onerror=alert(2)> [a](javascript:alert(3))")
    pages = client.get(idea.get_absolute_url()).content.decode() + client.get(LIST).content.decode()
    assert ["<script>alert" in pages, "<img src=x" in pages, 'href="javascript' in pages] == [False, False, False]


# --- Moderation and leaving -------------------------------------------------------------------------------------------------


def test_a_moderator_reads_the_title_and_may_shorten_it(client):
    moderator, idea = UserFactory(roles=["moderator"]), an_idea("Looms. Call 07700 900000", is_public=False)
    row = Contribution.objects.select_related("moderation").get(pk=idea.pk)
    client.force_login(moderator)
    page = client.get(reverse("moderation:moderation-decide", args=[row.moderation_id])).content.decode()
    assert "Looms. Call 07700 900000" in page
    why = {"reason": "private", "explanation": "A telephone number."}
    words = {"title": "Looms.", "body": "Share them."}
    decide_moderation(row.moderation, by=moderator, outcome="redact", seen=1, words=words, **why)
    assert str(Idea.objects.get()) == "Looms."


def test_erasing_ones_words_blanks_the_title_too_and_finds_nothing_any_more():
    idea = an_idea("Zebra loom", body="Zebra words.")
    author = idea.contribution.author
    edit_contribution(idea.contribution, by=author, title="Zebra looms", body="Zebra words.", based_on=1)
    Contribution.objects.filter(pk=idea.pk).update(standing=Standing.PUBLISHED)
    settle_contributions(author, by=author, answer="go")
    row = Contribution.objects.get(pk=idea.pk)
    assert (row.title, row.body, row.standing, row.edits.count()) == ("", "", "withdrawn", 0)
    assert (Contribution.objects.matching("zebra").count(), str(Idea.objects.get())) == (
        0,
        "An idea that was taken back",
    )


def test_words_that_stay_keep_their_title_without_the_name(client):
    idea = an_idea()
    author = idea.contribution.author
    settle_contributions(author, by=author, answer="stay")
    Contribution.objects.filter(pk=idea.pk).update(author=None)
    page = client.get(idea.get_absolute_url()).content.decode()
    assert ["A bank of looms" in page, "Somebody who has closed their account" in page] == [True, True]


# --- The panel --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def chair():
    return UserFactory(roles=["chair"])


def test_the_panel_finds_ideas_on_its_desk_and_answers_them_in_a_section_it_chooses(client, chair):
    section, idea = a_section(chair=chair), an_idea()
    client.force_login(chair)
    desk = client.get(reverse("panel:desk"), {"kind": "idea"})
    assert [line.row.pk for line in desk.context["lines"]] == [idea.pk]
    answer = reverse("panel:decision-make")
    assert client.get(answer, {"c": idea.pk}).context["form"]["section"].initial is None
    assert client.get(reverse("panel:cite-pick"), {"c": idea.pk}).context["asks_section"] is True
    sent = {"cites": "1", "outcome": "accepted", "reason": "Yes.", "key": str(uuid.uuid4())}
    refused = client.post(f"{answer}?c={idea.pk}", sent)
    assert (refused.status_code, refused.context["form"].errors) == (
        422,
        {"section": ["Choose the section that your answer belongs to."]},
    )
    assert client.post(f"{answer}?c={idea.pk}", sent | {"section": section.slug}).status_code == 302
    assert (Voice.objects.get().contribution_id, Decision.objects.get().section) == (idea.pk, section)
    assert (list(on_desk()), [row.pk for row in on_desk(state="answered")]) == ([], [idea.pk])
    [notice] = Notice.objects.filter(kind="answered")
    assert (notice.recipient, notice.path) == (idea.contribution.author, idea.contribution.get_absolute_url())


def test_from_an_idea_to_the_changed_words_and_from_the_words_to_the_idea(client, chair):
    section, idea = a_section(chair=chair), an_idea()
    decision = make_decision(section, by=chair, voices=[idea.contribution], outcome="accepted", reason="A good one.")
    put_words(decision, Quote("a lending desk"), "a bank of looms", by=chair)
    section.refresh_from_db()
    publish(section, section.draft.body, chair=chair, because=Because(decisions=(decision.pk,)))
    page = client.get(idea.get_absolute_url()).content.decode()
    assert ["A good one." in page, "The words that changed" in page, str(decision.section) in page] == [
        True,
        True,
        True,
    ]
    assert idea.contribution.get_absolute_url() in client.get(section.get_absolute_url()).content.decode()


def test_an_idea_is_answered_once_in_each_section_and_together_with_voices(chair):
    first, second, idea = a_section(chair=chair), a_section(title="Land", chair=chair), an_idea()
    row = said_to(first)
    make_decision(first, by=chair, voices=[idea.contribution, row], outcome="no", reason="No.")
    with pytest.raises(AnsweredAlready):
        make_decision(first, by=chair, voices=[idea.contribution], outcome="later", reason="Later.")
    again = make_decision(second, by=chair, voices=[idea.contribution], outcome="later", reason="Later.")
    with pytest.raises(NobodyToAnswer):
        make_decision(second, by=chair, voices=[row], outcome="no", reason="No.")
    undo_decision(again, by=chair, reason="Too soon.")
    assert make_decision(second, by=chair, voices=[idea.contribution], outcome="accepted", reason="Yes.").pk > again.pk


def test_what_is_said_to_an_idea_is_not_answered_by_the_panel(chair):
    section, idea = a_section(chair=chair), an_idea()
    row = said_of(idea)
    assert [found.pk for found in on_desk()] == [idea.pk]
    with pytest.raises(NobodyToAnswer):
        make_decision(section, by=chair, voices=[row], outcome="no", reason="No.")


# --- Themes that were taken out of use ---------------------------------------------------------------------------------------


def test_a_theme_out_of_use_stays_on_what_bears_it_and_is_offered_for_nothing_new(client, member):
    used, looms = a_theme("Finance"), a_theme("Looms")
    idea = an_idea(by=member, themes=[looms])
    other = an_idea("Another", by=member)
    Theme.objects.filter(pk=looms.pk).update(retired_at=timezone.now())

    def offered(address: str) -> list[Theme]:
        form = client.get(address).context["form"]
        return list(form.fields["themes" if "themes" in form.fields else "theme"].queryset)

    assert [offered(reverse("consultation:idea-change", args=[row.pk])) for row in (idea, other)] == [
        [used, looms],
        [used],
    ]
    assert [offered(address) for address in (ADD, LIST, f"{LIST}?theme=looms")] == [[used], [used], [used, looms]]
    assert titles(client.get(f"{LIST}?theme=looms").context["page"]) == ["A bank of looms"]


def test_staff_see_on_the_list_of_themes_how_many_ideas_and_sources_bear_each():
    finance, land = a_theme("Finance"), a_theme("Land")
    an_idea(themes=[finance, land])
    an_idea("Another", themes=[finance])
    an_idea("Held", themes=[finance], is_public=False)
    a_source(themes=[land])
    a_source("A draft", themes=[land], is_public=False)
    told = {theme: [(use.label, use.url) for use in uses_of_themes()[theme.pk]] for theme in (finance, land)}
    assert told == {
        finance: [("2 big ideas", f"{LIST}?theme=finance")],
        land: [("1 big idea", f"{LIST}?theme=land"), ("1 source", "/sources/?theme=land")],
    }


# --- What is said to an idea -------------------------------------------------------------------------------------------------


def told(kind: str = "idea-comment") -> list[tuple]:
    return list(
        Notice.objects.filter(kind=kind).order_by("pk").values_list("recipient", "key", "subject", "path", "thing")
    )


def test_the_author_of_an_idea_is_told_of_a_comment_once(member):
    idea = an_idea(by=member)
    row = said_of(idea, by=UserFactory(name="Sam"))
    said_of(idea, by=member)
    assert [announce_idea_comments(by=None) for _time in range(2)] == [2, 0]
    assert told() == [
        (
            member.pk,
            f"idea-comment:{row.pk}",
            "Sam commented on your idea “A bank of looms”",
            row.get_absolute_url(),
            f"idea:{idea.pk}",
        )
    ]


def test_of_a_comment_that_waits_for_a_moderator_the_author_is_told_when_it_is_let_through(member):
    idea = an_idea(by=member)
    row = add_contribution(idea.thread, by=UserFactory(), body="My first words.")
    assert (row.standing, announce_idea_comments(by=None)) == ("held", 0)
    decide_moderation(row.moderation, by=UserFactory(roles=["moderator"]), outcome="publish", seen=1)
    assert (announce_idea_comments(by=None), [key for _who, key, *_more in told()]) == (1, [f"idea-comment:{row.pk}"])


def test_a_reply_to_a_comment_on_an_idea_is_told_to_who_is_answered_alone(member):
    idea, person = an_idea(by=member), UserFactory()
    row = said_of(idea, by=person)
    announce()
    reply = add_contribution(idea.thread, by=UserFactory(roles=["staff"]), body="True.", parent=row)
    announce()
    announce_contributions(by=None)
    assert ([who for who, *_more in told()], [who for who, *_more in told("reply")]) == ([member.pk], [person.pk])
    assert reply.is_published


def test_an_idea_that_is_gone_or_without_an_author_tells_nobody(member):
    gone, nameless = an_idea(by=member), an_idea("Another", by=UserFactory())
    said_of(gone)
    withdraw_contribution(gone.contribution, by=member)
    said_of(nameless)
    Contribution.objects.filter(pk=nameless.pk).update(author=None)
    assert (announce_idea_comments(by=None), told()) == (1, [])


def test_whoever_closes_their_account_is_not_named_in_what_an_author_was_told(member):
    idea, person = an_idea(by=member), UserFactory(name="Sam Quince")
    said_of(idea, by=person)
    announce_idea_comments(by=None)
    settle_process(person, by=person, answer="")
    assert ["Quince" in subject for _who, _key, subject, *_rest in told()] == [False]


def test_of_two_windows_that_move_an_idea_to_other_themes_the_second_is_told(member):
    idea, finance, land = an_idea(by=member), a_theme("Finance"), a_theme("Land")
    words = {"title": "A bank of looms", "body": "Share them.", "based_on": 1}
    change_idea(idea, by=member, themes=[finance], **words)
    with pytest.raises(StaleEdit):
        change_idea(idea, by=member, themes=[land], **words)
    assert list(idea.themes.all()) == [finance]
    assert change_idea(idea, by=member, themes=[finance], **words | {"based_on": 2}).revision == 2


# --- When the talk is over ---------------------------------------------------------------------------------------------------


@pytest.fixture
def shut():
    """Of an idea: its discussion is closed now."""

    def act(idea: Idea) -> None:
        close_thread(idea.thread, by=UserFactory(), closes_at=timezone.now(), reason="It is settled.")

    return act


def test_an_idea_whose_discussion_is_closed_says_why_and_offers_nothing_that_would_be_refused(client, member, shut):
    idea, own = an_idea(), an_idea("Another", by=member)
    said_of(idea)
    shut(idea)
    shut(own)
    page = client.get(idea.get_absolute_url()).content.decode()
    offers = ("I agree", ">Reply<", "Comment on this idea", "Change it", "It is settled.", "Report")
    assert [words in page for words in offers] == [False, False, False, False, True, True]
    page = client.get(own.get_absolute_url()).content.decode()
    assert [words in page for words in ("Change it", "Take it back")] == [False, True]
    for name, row in (("idea-change", own), ("idea-comment", idea)):
        page = client.get(reverse(f"consultation:{name}", args=[row.pk])).content.decode()
        assert ["It is settled." in page, 'name="body"' in page] == [True, False]


def test_an_idea_is_not_changed_after_the_close_and_what_was_typed_is_shown(client, member, shut):
    idea = an_idea(by=member)
    shut(idea)
    sent = {"title": "A loom bank", "body": "Lend them.", "based_on": 1}
    answer = client.post(reverse("consultation:idea-change", args=[idea.pk]), sent)
    assert (answer.status_code, answer.context["form"]["title"].value()) == (409, "A loom bank")
    assert answer.context["form"].non_field_errors() == [
        "It is settled. What was said stays as it is. You can still take it back."
    ]
    assert Contribution.objects.get(pk=idea.pk).title == "A bank of looms"
    client.post(reverse("contributions:contribution-withdraw", args=[idea.pk]))
    assert Contribution.objects.get(pk=idea.pk).standing == Standing.WITHDRAWN


def test_who_agreed_before_the_close_can_take_that_back_and_nobody_agrees_after_it(client, member, shut):
    idea = an_idea()
    support_contribution(idea.contribution, by=member)
    shut(idea)
    assert "I agree (take back)" in client.get(idea.get_absolute_url()).content.decode()
    address = reverse("contributions:support", args=[idea.pk])
    client.post(address, {"agree": "no"})
    assert Contribution.objects.get(pk=idea.pk).support_count == 0
    told = client.post(address, {"agree": "yes", "next": idea.get_absolute_url()}, follow=True).content.decode()
    assert ("It is settled." in told, Contribution.objects.get(pk=idea.pk).support_count) == (True, 0)
