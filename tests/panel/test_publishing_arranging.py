"""Opening, moving, splitting and merging sections: addresses, comments and places stay, and what makes no sense is refused."""

import html
import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from commons.contributions.models import Contribution
from panel.actions.deciding import make_decision
from panel.actions.drafting import open_section, save_draft
from panel.actions.publishing import Because, merge_sections, move_section, schedule_publication, split_section
from panel.models import Anchor, Decision, Draft, Part, Section
from tests.factories.panel import TEXT, a_part, a_section, publish, said_to
from tests.factories.people import UserFactory
from tests.panel.test_publishing import in_a_week

pytestmark = pytest.mark.django_db

ONE, TWO, THREE = TEXT.split("\n\n")


@pytest.fixture
def chair():
    return UserFactory(roles=["chair"], name="Chidi Obi")


@pytest.fixture
def signed_in(client, chair):
    client.force_login(chair)
    return client


def at(section, name: str = "section-arrange") -> str:
    return reverse(f"panel:{name}", args=[section.slug])


def said(response) -> list[str]:
    return [html.unescape(re.sub(r"<[^>]+>", "", str(message))) for message in get_messages(response.wsgi_request)]


def numbers() -> dict[str, int]:
    return dict(Section.objects.live().values_list("title", "number"))


# --- Opening -------------------------------------------------------------------------------------------------------------------


def test_a_section_is_opened_at_the_end_of_its_part_and_only_the_panel_sees_it(signed_in, client, chair):
    part = a_part()
    a_section()
    halina = UserFactory(roles=["panel_member"], name="Halina")
    sent = {"part": part.pk, "title": "Land, homes & premises", "owner": halina.pk}
    answer = signed_in.post(reverse("panel:section-open"), sent)
    section = Section.objects.get(slug="land-homes-premises")
    assert answer["Location"] == reverse("panel:section-edit", args=[section.slug])
    assert (section.number, section.owner, section.current, section.part) == (2, halina, None, part)
    client.logout()
    assert client.get(section.get_absolute_url()).status_code == 404
    signed_in.force_login(chair)
    assert signed_in.get(at(section, "section-edit")).status_code == 200


def test_the_first_section_of_a_new_site_comes_with_its_part(signed_in):
    sent = {"part": "", "part_title": "Be excellent", "title": "Land", "slug": "land"}
    signed_in.post(reverse("panel:section-open"), sent)
    part = Part.objects.get()
    assert (part.slug, part.title, part.place, part.sections.get().slug) == ("be-excellent", "Be excellent", 1, "land")


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"title": ""}, {"title": ["Give the section a title."]}),
        ({"slug": "document"}, {"slug": ["This name leads to another page. Choose another one."]}),
        ({"title": "Changes"}, {"slug": ["This name leads to another page. Choose another one."]}),
        ({"slug": "PACK"}, {"slug": ["This name leads to another page. Choose another one."]}),
        ({"slug": "land"}, {"slug": ["Another section has this name. Choose another one."]}),
        ({"slug": "a b/c"}, {"slug": ["Use only letters without accents, figures and hyphens."]}),
        ({"slug": "a" * 61}, {"slug": ["Write at most 60 letters. You have 61."]}),
        (
            {"title": "你好"},
            {"slug": ["Write a name for the address: the title holds no letters it could be made of."]},
        ),
        ({"part": ""}, {"part": ["Choose a part, or write the title of a new one."]}),
        ({"part_title": "New"}, {"part_title": ["Either choose a part, or write the title of a new one."]}),
        (
            {"part": "", "part_title": "Be excellent"},
            {"part_title": ["There is a part of this name already. Choose it above."]},
        ),
    ],
)
def test_what_cannot_be_opened_is_refused_at_its_field(signed_in, sent, errors):
    part = a_part()
    a_section(slug="land")
    answer = signed_in.post(reverse("panel:section-open"), {"part": part.pk, "title": "Money"} | sent)
    assert (answer.status_code, answer.context["form"].errors) == (422, errors)
    assert Section.objects.count() == 1


def test_only_the_chair_arranges(client):
    section = a_section()
    client.force_login(UserFactory(roles=["panel_member"]))
    for address in (reverse("panel:section-open"), at(section)):
        assert (client.get(address).status_code, client.post(address, {"what": "move"}).status_code) == (404, 404)


# --- Moving --------------------------------------------------------------------------------------------------------------------


def test_a_section_moves_and_its_address_versions_and_voices_stay(signed_in):
    first, second, third = (a_section(title=title, slug=title.lower()) for title in ("One", "Two", "Three"))
    voice = said_to(third, paragraph=2, words="lending desk")
    answer = signed_in.post(at(third), {"what": "move", "move-to": f"{third.part_id}-{first.pk}"})
    assert (answer.status_code, said(answer)) == (302, ["Moved. It is number 2 now."])
    assert numbers() == {"One": 1, "Three": 2, "Two": 3}
    third.refresh_from_db()
    assert (third.current.section_number, third.get_absolute_url()) == (3, "/strategy/three/")
    anchor = Anchor.objects.get(contribution=voice)
    assert (anchor.section, anchor.state, anchor.paragraph) == (third, "same", 2)
    signed_in.post(at(second), {"what": "move", "move-to": f"{second.part_id}-0"})
    assert numbers() == {"Two": 1, "One": 2, "Three": 3}


def test_a_section_moves_into_another_part(signed_in):
    section, other = a_section(title="One"), a_part("Grow")
    a_section(title="Two")
    signed_in.post(at(section), {"what": "move", "move-to": f"{other.pk}-0"})
    section.refresh_from_db()
    assert (section.part, numbers()) == (other, {"Two": 1, "One": 2})


@pytest.mark.parametrize(
    ("to", "error"),
    [("", "Say where it should stand."), ("1-999", "The sections have changed places meanwhile. Choose again.")],
)
def test_a_place_that_is_not_there_is_refused(signed_in, to, error):
    answer = signed_in.post(at(a_section()), {"what": "move", "move-to": to})
    assert (answer.status_code, answer.context["sent"].errors["to"]) == (422, [error])


# --- Splitting -----------------------------------------------------------------------------------------------------------------


def test_an_answer_goes_where_all_its_voices_went(signed_in):
    section, chair = a_section(), UserFactory(roles=["chair"])
    first, third, also_third = (said_to(section, paragraph=number) for number in (1, 3, 3))
    given = {"by": chair, "outcome": "later", "reason": "Next year."}
    goes = make_decision(section, voices=[third], **given)
    shared = make_decision(section, voices=[first, also_third], **given)
    signed_in.post(at(section), {"what": "split", "split-paragraph": "2", "split-title": "A lending desk"})
    new = Section.objects.get(slug="a-lending-desk")
    assert dict(Decision.objects.values_list("pk", "section")) == {goes.pk: new.pk, shared.pk: section.pk}
    signed_in.post(at(new), {"what": "merge", "merge-into": section.pk, "merge-sure": "on"})
    assert set(Decision.objects.values_list("section", flat=True)) == {section.pk}


def test_voices_go_with_their_words_when_a_section_is_split(signed_in):
    section = a_section()
    stays, goes = said_to(section, paragraph=1, words="members"), said_to(section, paragraph=3, words="their home")
    whole, at_paragraph = said_to(section), said_to(section, paragraph=2)
    sent = {
        "what": "split",
        "split-paragraph": "2",
        "split-title": "A lending desk",
        "split-note": "Two in place of one",
    }
    answer = signed_in.post(at(section), sent)
    new = Section.objects.get(slug="a-lending-desk")
    assert (answer["Location"], new.number, new.part) == (at(new), 2, section.part)
    section.refresh_from_db()
    assert (section.current.body, new.current.body) == (ONE, f"{TWO}\n\n{THREE}")
    assert (section.current.number, new.current.number, new.current.note) == (2, 1, "Two in place of one")
    placed = {
        anchor.contribution_id: (anchor.section_id, anchor.state, anchor.paragraph) for anchor in Anchor.objects.all()
    }
    assert placed == {
        stays.pk: (section.pk, "same", 1),
        goes.pk: (new.pk, "same", 2),
        whole.pk: (section.pk, "same", None),
        at_paragraph.pk: (new.pk, "same", 1),
    }
    assert dict(Contribution.objects.values_list("pk", "thread__section")) == {
        stays.pk: section.pk,
        whole.pk: section.pk,
        goes.pk: new.pk,
        at_paragraph.pk: new.pk,
    }
    assert [signed_in.get(row.get_absolute_url()).status_code for row in (stays, goes, whole, at_paragraph)] == [
        200
    ] * 4


@pytest.mark.parametrize(
    ("sent", "field", "error"),
    [
        ({"split-paragraph": ""}, "paragraph", "Choose the paragraph with which the new section begins."),
        ({"split-paragraph": "1"}, "paragraph", "That paragraph is not there any more. Choose again."),
        ({"split-title": ""}, "title", "Give the section a title."),
        ({"split-slug": "changes"}, "slug", "This name leads to another page. Choose another one."),
    ],
)
def test_a_split_that_makes_no_sense_is_refused_at_its_field(signed_in, sent, field, error):
    given = {"what": "split", "split-paragraph": "2", "split-title": "New"} | sent
    answer = signed_in.post(at(a_section()), given)
    assert (answer.status_code, answer.context["sent"].errors) == (422, {field: [error]})
    assert Section.objects.count() == 1


def test_what_is_not_published_yet_is_neither_split_nor_merged(signed_in, chair):
    section, into = a_section(), a_section("Other.", title="Another")
    save_draft(section, by=chair, title=section.title, body=TEXT + "\n\nMore.", based_on=1)
    for sent in (
        {"what": "split", "split-paragraph": "2", "split-title": "New"},
        {"what": "merge", "merge-into": into.pk, "merge-sure": "on"},
    ):
        answer = signed_in.post(at(section), sent)
        assert (answer.status_code, answer.context["sent"].non_field_errors()) == (
            409,
            ["The draft of “Finance that fits” holds changes. Publish them first."],
        )
    assert Section.objects.filter(merged_into=None).count() == 2


def test_what_waits_for_its_time_is_neither_split_nor_merged(signed_in, chair):
    section = a_section()
    draft = save_draft(section, by=chair, title=section.title, body=TEXT + "\n\nMore.", based_on=1)
    because = {f"-{len(TEXT) + 2}": Because(note="More")}
    schedule_publication(section, by=chair, based_on=draft.revision, publish_at=in_a_week(), reasons=because)
    save_draft(section, by=chair, title=section.title, body=TEXT, based_on=draft.revision)
    answer = signed_in.post(at(section), {"what": "split", "split-paragraph": "2", "split-title": "New"})
    assert answer.context["sent"].non_field_errors() == [
        "A publication of “Finance that fits” waits for its time. Let it come out or cancel it first."
    ]


# --- Merging -------------------------------------------------------------------------------------------------------------------


def test_a_merged_section_leads_to_the_other_with_all_its_voices(signed_in):
    section, into = a_section(title="One", slug="one"), a_section("Zero.", title="Two", slug="two")
    publish(section, TEXT.replace("raise less", "raise far less"))
    words, whole = said_to(section, paragraph=3, words="their home"), said_to(section)
    decision = make_decision(section, by=UserFactory(roles=["chair"]), voices=[whole], outcome="no", reason="No.")
    answer = signed_in.post(at(section), {"what": "merge", "merge-into": into.pk, "merge-sure": "on"})
    assert (answer["Location"], said(answer)) == (at(into), ["Merged. The address of “One” leads here now."])
    into.refresh_from_db()
    assert into.current.body == "Zero.\n\n" + TEXT.replace("raise less", "raise far less")
    moved = signed_in.get("/strategy/one/")
    assert (moved.status_code, moved["Location"]) == (301, "/strategy/two/")
    assert [signed_in.get(f"/strategy/one/v/{number}/").status_code for number in (1, 2)] == [200, 200]
    anchor = Anchor.objects.get(contribution=words)
    assert (anchor.section, anchor.state, anchor.paragraph) == (into, "same", 4)
    assert [signed_in.get(row.get_absolute_url()).status_code for row in (words, whole)] == [200, 200]
    assert numbers() == {"Two": 1}
    assert signed_in.get(decision.get_absolute_url().split("#")[0]).status_code == 200
    assert signed_in.get(at(section)).status_code == 404


@pytest.mark.parametrize(
    ("sent", "field", "error"),
    [
        ({"merge-into": ""}, "into", "Choose the section that takes the text."),
        ({"merge-into": "0"}, "into", "That section cannot take the text. Choose another one."),
        ({"merge-sure": ""}, "sure", "Tick the box if you are sure. It cannot be undone."),
    ],
)
def test_a_merge_that_makes_no_sense_is_refused_at_its_field(signed_in, sent, field, error):
    section, into = a_section(), a_section("Other.", title="Another")
    answer = signed_in.post(at(section), {"what": "merge", "merge-into": into.pk, "merge-sure": "on"} | sent)
    assert (answer.status_code, answer.context["sent"].errors) == (422, {field: [error]})


def test_a_section_is_not_merged_into_itself_or_into_one_that_is_not_out(signed_in, chair):
    section = a_section()
    unpublished = open_section(a_part(), by=chair, slug="land", title="Land")
    for into in (section, unpublished):
        sent = {"what": "merge", "merge-into": into.pk, "merge-sure": "on"}
        assert signed_in.post(at(section), sent).status_code == 422


def test_what_cannot_be_done_with_a_section_is_not_found(signed_in):
    assert signed_in.post(at(a_section()), {"what": "burn"}).status_code == 404


def test_a_section_without_a_version_can_be_moved_and_the_rest_is_explained(signed_in, chair):
    a_section(title="One")
    section = open_section(a_part(), by=chair, slug="land", title="Land")
    shown = signed_in.get(at(section)).content.decode()
    assert "It must be published before it can be merged." in shown
    assert "There must be two paragraphs published before it can be split." in shown
    signed_in.post(at(section), {"what": "move", "move-to": f"{section.part_id}-0"})
    assert numbers() == {"Land": 1, "One": 2}


def test_there_and_back_again_every_voice_still_stands_on_its_words(chair):
    """Split, move to another part, merge back."""
    section = a_section()
    voices = [said_to(section, paragraph=number, words=words) for number, words in ((1, "members"), (3, "their home"))]
    _old, first = split_section(section, by=chair, paragraph=3, slug="homes", title="Homes")
    move_section(first.section, by=chair, part=a_part("Grow"), place=1)
    merge_sections(first.section, by=chair, into=section)
    section.refresh_from_db()
    assert section.current.body == TEXT
    assert [
        (anchor.section_id, anchor.state, anchor.paragraph, anchor.words_now)
        for anchor in Anchor.objects.filter(contribution__in=voices).order_by("pk")
    ] == [(section.pk, "same", 1, "members"), (section.pk, "same", 3, "their home")]
    assert Draft.objects.get(section=section).body == TEXT
