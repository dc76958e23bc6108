"""From a table note to a changed sentence and back: what a table wrote down at an event is found on the panel's desk, answered
in a section, changes a sentence of it, and from either end everybody finds the other."""

import datetime as dt
import re

import pytest

from panel.models import Section
from tests.factories.events import a_note, a_session, a_table, an_event
from tests.factories.panel import a_section
from tests.factories.people import TOTP_SECRET
from tests.factories.themes import a_theme
from tests.journeys.conftest import PASSWORD

NOTE = "Let a co-op borrow against what its own members promise."
ASIDE = "The tea was cold."
BEFORE, AFTER = "lending desk, shared by all our federations", "lending desk that takes members’ promises as a pledge"
REASON = "Table 4 showed us how a promise can stand in for a house."


@pytest.fixture
def section(person) -> Section:
    chair = person("halina@example.coop", ("chair",), name="Halina Brook")
    return a_section(slug="finance", chair=chair)


@pytest.fixture
def note():
    """Written down at the fourth table of a session on money, beside others."""
    session = a_session(an_event("Congress", starts=dt.timedelta(days=-2)), "Money", theme=a_theme("Finance"))
    table = a_table(session, 4)
    issue = a_note(session, "Nobody lends without a house", table=table, kind="issue")
    a_note(session, ASIDE, table=a_table(session, 5, theme=a_theme("Hospitality")))
    return a_note(session, NOTE, table=table, under=issue.pk)


def test_a_note_of_a_table_changes_a_sentence_and_is_found_behind_it(somebody, script, section, note):
    chair = somebody(script=script, phone=False)
    chair.opens("/accounts/login/").signs_in("halina@example.coop", PASSWORD, secret=TOTP_SECRET)

    # She looks where it was said, under its theme, for its words; each alone would find it, too.
    chair.opens("/panel/desk/")
    assert [words in chair.text for words in (NOTE, ASIDE)] == [True, True]
    chair.page.get_by_label("Where it was said").select_option("Congress, all of it")
    chair.page.get_by_label("Theme of an idea or a table").select_option("Finance")
    chair.page.get_by_label("Words", exact=True).fill("borrowing promises")
    chair.presses("Find")
    assert [words in chair.text for words in (NOTE, ASIDE)] == [True, False]
    assert [words in chair.text for words in ("Table 4, at a table", "Congress: Money", "Nobody lends")] == [True] * 3

    # She answers it in the section that she chooses.
    chair.page.get_by_role("link", name=re.compile("^Answer number")).click()
    chair.page.wait_for_load_state()
    chair.page.locator("main label", has_text="Accepted").first.click()
    chair.page.locator("[name=reason]").fill(REASON)
    chair.presses("Answer")
    assert chair.errors == ["Choose the section that your answer belongs to."]
    assert chair.page.locator("[name=reason]").input_value() == REASON
    chair.page.get_by_label("In which section do you answer?").select_option(str(section))
    chair.presses("Answer")
    assert chair.notes == ["Answered. Everybody can read it now."]

    # She changes the sentence and publishes it because of that answer.
    chair.opens("/strategy/finance/edit/")
    body = chair.page.locator("textarea[name=body]")
    assert BEFORE in body.input_value()
    body.fill(body.input_value().replace(BEFORE, AFTER))
    chair.presses("Save the draft")
    chair.opens("/strategy/finance/publish/")
    chair.page.locator(".publish-ask label", has_text="Accepted").first.click()
    chair.presses("Publish the new version")
    assert section.versions.count() == 2

    # Somebody who reads the section finds the table behind the changed sentence, and at the table's note what became of it.
    reader = somebody(script=script)
    reader.opens("/strategy/finance/")
    assert AFTER.split()[-1] in reader.page.locator("#p2").inner_text()
    voice = reader.page.locator("#p2 .why-voices a")
    assert voice.inner_text().startswith("Table 4, at a table")
    voice.click()
    reader.page.wait_for_load_state()
    assert reader.place == note.get_absolute_url()
    told = ("Where it was said", "Congress: Money", NOTE, "Accepted", REASON, str(section), "The words that changed")
    assert [words for words in told if words not in reader.text] == []
    changed = reader.page.locator(".sight-changed")
    # Within marks that say aloud what was taken out and what was put in.
    assert [[text.split("\n")[1] for text in changed.locator(mark).all_inner_texts()] for mark in ("del", "ins")] == [
        ["desk, shared by all our federations"],
        ["desk that takes members’ promises as a pledge"],
    ]

    # And back: to the version in which these words changed, and to the answer with all voices behind it.
    changed.locator("a").click()
    reader.page.wait_for_load_state()
    assert reader.place == "/strategy/finance/v/2/"
    assert AFTER in reader.text
    reader.opens(note.get_absolute_url()).follows("All voices behind this answer")
    assert reader.place == "/strategy/finance/changes/"
    assert "Table 4, at a table" in reader.text
