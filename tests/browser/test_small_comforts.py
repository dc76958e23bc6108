"""What the scripts do for those who answer: choices exclude each other, a shared computer is left clean, suggestions are told."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def question(walker, kind: str) -> None:
    """Opens the page of the first question of a kind, for a reply in which nothing is answered."""
    page = walker.world.pages_of_types[kind]
    walker.become("code:bare")
    walker.page.goto(walker.address + reverse("census:page", args=[walker.world.wave.slug, page.section.id, page.id]))


def test_dont_know_for_a_whole_grid_and_its_lines_clear_each_other(walk, world):
    walker = walk(world)
    question(walker, "grid")
    line = walker.page.locator(".grid-rows input[type=radio]").first
    whole = walker.page.locator("input[name$=__mark]").first
    line.check()
    whole.check()
    expect(line).not_to_be_checked()
    line.check()
    expect(whole).not_to_be_checked()


def test_leaving_a_shared_computer_takes_along_what_was_typed_and_not_saved(walk, world):
    walker = walk(world)
    question(walker, "long")
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length"
    walker.page.locator("textarea").fill("Nobody else should read this")
    # It is kept when typing pauses. The content policy refuses the browser's own way of waiting for an expression.
    for _tenth in range(50):
        if walker.page.evaluate(kept):
            break
        walker.page.wait_for_timeout(100)
    assert walker.page.evaluate(kept) == 1
    walker.page.get_by_role("button", name="Forget my code here").click()
    walker.page.wait_for_url(walker.address + reverse("census:start"))
    assert walker.page.evaluate(kept) == 0


def test_suggestions_are_told_in_words(walk, world):
    walker = walk(world)
    walker.become("member")
    walker.page.goto(walker.address + reverse("people:organisation-find"))
    walker.page.locator("#id_q").press_sequentially("inv")
    expect(walker.page.locator(".combo [role=status]")).to_have_text("Suggestions: 10. Choose with the arrow keys.")
