"""The library and the ideas of the small site, and every page of them in every state."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from commons.contributions.actions import support_contribution
from consultation.actions import withdraw_source
from panel.actions.deciding import Cited, make_decision
from tests.browser.site_page import SitePage, errors
from tests.factories.consultation import A_PDF, a_source, an_idea, said_of
from tests.factories.events import a_note, a_session, a_table, an_event, an_event_idea
from tests.factories.proposals import a_proposal


def draw_library(world: Any) -> None:
    """A source in each state, with long names and a text of every kind; the first is cited with a passage."""
    name = world.tainted
    words = {"made_by": name("The Loom Street Institute for Member Lending", 200), "themes": [world.theme]}
    words["summary"] = name("What clubs say of borrowing, in four pages. Most ask their members first.", 1200)
    text = name(
        "## What was found\n\nMost clubs borrow from **their members**.\n\n- Loans\n- Shares\n\n> A quotation.\n", 4000
    )
    link = "https://example.coop/a/very/long/address/of/a/paper/that/does/not/break/by/itself.html"
    title = name("How clubs in the valleys and on the coast borrow from their members", 200)
    world.sources = {
        "public": a_source(title, body=text, file=A_PDF, link=link, **words),
        "welsh": a_source(name("Benthyca mewn clybiau", 200), language="cy", body="", link=link, **words),
        "draft": a_source(name("A paper of ours", 200), is_public=False, body=text, **words),
        "empty": a_source(name("Only a title so far", 200), is_public=False, body="", **words),
        "withdrawn": a_source(name("Wrong figures", 200), body=text, **words),
    }
    withdraw_source(world.sources["withdrawn"], by=world.staff, reason=name("The figures were wrong", 500))
    make_decision(
        world.section,
        by=world.chair,
        cites=[Cited(world.sources["public"]), Cited(world.sources["welsh"], name("Tudalen 4", 60))],
        outcome="no",
        reason=name("Not now.", 5000),
    )
    idea = {"body": text, "themes": [world.theme], "needs": ["money", "law"], "helps": ["clubs", "housing"]}
    wish = name("A fund that every co-op pays a little into and any co-op may borrow from", 120)
    world.ideas = {
        "answered": an_idea(wish, by=world.newcomer, **idea),
        "own": an_idea(name("A day on which everybody visits another co-op", 120), by=world.member, **idea),
        "held": an_idea(name("Held until somebody looks", 120), by=world.member, is_public=False, **idea),
    }
    said_of(world.ideas["answered"], by=world.member, body=text)
    support_contribution(world.ideas["answered"].contribution, by=world.member)
    voices = [world.ideas["answered"].contribution]
    make_decision(world.section, by=world.chair, voices=voices, outcome="later", reason=name("Not now.", 5000))
    session = a_session(
        an_event(name("Assembly of weavers", 120), slug="assembly"), name("Money", 160), theme=world.theme
    )
    table = a_table(session, 4)
    issue = a_note(session, name("Nobody can borrow", 2000), table=table, kind="issue")
    world.event_note = a_note(session, text, table=table, under=issue.pk)
    idea = an_event_idea(session.event, name("A bank of looms", 160), theme=world.theme, issue=name("Loans", 160))
    world.event_proposal = a_proposal(idea, a_note(session, text), title=name("A bank of looms", 120))


def library_pages(world: Any) -> Iterator[SitePage]:
    def at(name: str, *args: object) -> str:
        return reverse(f"consultation:{name}", args=args)

    library = at("source-list")
    yield SitePage("the library", "visitor", library)
    yield SitePage("the library", "staff", library)
    yield SitePage("the library", "visitor", f"{library}?q=zzzz", "nothing found")
    yield SitePage("the library", "visitor", f"{library}?kind=purple&year=x", "wrong filter")
    for state, source in world.sources.items():
        if state in {"public", "welsh"}:
            yield SitePage(f"a source, {state}", "visitor", source.get_absolute_url())
        yield SitePage(f"a source, {state}", "staff", source.get_absolute_url())
    yield SitePage("all sources", "staff", at("source-staff-list"))
    yield SitePage("add a source", "staff", at("source-add"))
    yield errors("add a source", "staff", at("source-add"), {"title": "", "link": "no", "year": "soon"}, status=422)
    change = at("source-change", world.sources["public"].pk)
    yield SitePage("change a source", "staff", change)
    yield errors("change a source", "staff", change, {"title": "", "kind": "purple"}, status=422)
    stale = {
        "title": "New",
        "made_by": "Loom",
        "year": "2016",
        "kind": "figures",
        "language": "en-gb",
        "summary": "New.",
    }
    stale |= {"body": "New.", "key": "00000000-0000-0000-0000-00000000000b", "based_on": "0"}
    yield errors("change a source, changed meanwhile", "staff", change, stale, status=409)
    withdraw = at("source-withdraw", world.sources["public"].pk)
    yield SitePage("withdraw a source", "staff", withdraw)
    yield errors("withdraw a source", "staff", withdraw, {"reason": ""}, status=422)
    pick = f"{reverse('panel:cite-pick')}?section={world.section.slug}&scope=sources"
    yield SitePage("cite, the library", "chair", pick)
    answer = f"{reverse('panel:decision-make')}?section={world.section.slug}&s={world.sources['public'].pk}"
    yield SitePage("decide because of a source", "chair", answer)
    yield from idea_pages(world)


def idea_pages(world: Any) -> Iterator[SitePage]:
    def at(name: str, *args: object) -> str:
        return reverse(f"consultation:{name}", args=args)

    ideas = at("idea-list")
    yield SitePage("big ideas", "visitor", ideas)
    yield SitePage("big ideas", "member", f"{ideas}?order=supported")
    yield SitePage("big ideas", "visitor", f"{ideas}?q=zzzz", "nothing found")
    yield SitePage("big ideas", "visitor", f"{ideas}?need=purple&after=x&order=y", "wrong filter")
    answered, own, held = (world.ideas[state] for state in ("answered", "own", "held"))
    yield SitePage("an idea", "visitor", answered.get_absolute_url())
    yield SitePage("an idea", "member", answered.get_absolute_url())
    yield SitePage("an idea, one’s own", "member", own.get_absolute_url())
    yield SitePage("an idea, held", "member", held.get_absolute_url())
    yield SitePage("an idea, held", "moderator", held.get_absolute_url())
    yield SitePage("add an idea", "member", at("idea-add"))
    yield SitePage("add an idea", "newcomer", at("idea-add"))
    wrong = {"title": "", "body": "", "mandate": "members", "needs": "purple", "helps": "purple"}
    yield errors("add an idea", "member", at("idea-add"), wrong, status=422)
    change = at("idea-change", own.pk)
    yield SitePage("change an idea", "member", change)
    yield errors("change an idea", "member", change, {"title": "", "body": ""}, status=422)
    stale = {"title": "New", "body": "New", "based_on": "0"}
    yield errors("change an idea, changed meanwhile", "member", change, stale, status=409)
    comment = at("idea-comment", answered.pk)
    yield SitePage("comment on an idea", "member", comment)
    yield errors("comment on an idea", "member", comment, {"body": ""}, status=422)
    yield SitePage("cite, for an idea", "chair", f"{reverse('panel:cite-pick')}?c={own.pk}")
    answer = f"{reverse('panel:decision-make')}?section={world.section.slug}&c={own.pk}"
    yield SitePage("answer an idea", "chair", answer)
    yield SitePage("a note of an event", "visitor", world.event_note.get_absolute_url())
    yield SitePage("a proposal of an event", "member", world.event_proposal.get_absolute_url())
    desk, answer = reverse("panel:desk"), f"{reverse('panel:decision-make')}?c={world.event_proposal.pk}"
    yield SitePage("desk, an event", "chair", f"{desk}?place=events&theme={world.theme.slug}")
    yield SitePage("answer a proposal", "chair", answer)
    yield errors(
        "answer a proposal", "chair", answer, {"section": "", "reason": ""}, status=422, form="form[data-draft]"
    )
