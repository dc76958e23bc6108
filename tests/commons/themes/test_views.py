"""The staff's pages of the themes."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from commons.audit.models import Entry
from commons.themes.models import Theme
from tests.factories.blog import a_draft, a_post
from tests.factories.people import UserFactory
from tests.factories.themes import a_theme

LIST, ADD = "/staff/themes/", "/staff/themes/new/"


@pytest.fixture
def staff(client, db):
    person = UserFactory(roles=["staff"])
    client.force_login(person)
    return person


def at(name: str, theme: Theme) -> str:
    return reverse(f"themes:theme-{name}", args=[theme.slug])


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


# --- The list ---


def test_an_empty_list_says_what_that_means(client, staff):
    assert "There are no themes yet. Without any, nobody is asked to choose one." in client.get(LIST).content.decode()


def test_the_list_tells_in_order_what_bears_each_theme_as_far_as_it_is_public(client, staff):
    money, land = a_theme("Money", place=1), a_theme("Land", place=0, retired_at=timezone.now())
    a_theme("Wool", place=2)
    a_post("One", themes=[money, land])
    a_post("Two", themes=[money])
    a_draft("A secret plan", themes=[money])
    rows = client.get(LIST).context["rows"]
    assert [(row["theme"].name, [(use.label, use.url) for use in row["uses"]]) for row in rows] == [
        ("Land", [("1 blog post", "/blog/themes/land/")]),
        ("Money", [("2 blog posts", "/blog/themes/money/")]),
        ("Wool", []),
    ]


def test_the_first_theme_has_no_button_up_and_the_last_none_down(client, staff):
    for place, name in enumerate(("Land", "Money", "Wool")):
        a_theme(name, place=place)
    page = client.get(LIST).content.decode()
    lines = [line.split('</li>\n  <li class="task"')[0] for line in page.split('<li class="task" id="theme-')[1:]]
    assert [[way for way in ("up", "down") if f'value="{way}"' in line] for line in lines] == [
        ["down"],
        ["up", "down"],
        ["up"],
    ]


# --- Adding ---


def test_a_theme_is_added_and_told_of(client, staff):
    answer = client.post(ADD, {"name": "  Young people ", "name_cy": "Pobl ifanc", "after": ""})
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert said(answer) == ["Added. “Young people” can be chosen from now on."]
    [theme] = Theme.objects.all()
    assert (theme.slug, theme.name, theme.name_cy) == ("young-people", "Young people", "Pobl ifanc")


def test_a_theme_is_added_behind_the_one_that_was_chosen(client, staff):
    land, _wool = a_theme("Land", place=0), a_theme("Wool", place=1)
    client.post(ADD, {"name": "Money", "after": land.pk})
    client.post(ADD, {"name": "First", "after": "0"})
    assert [theme.name for theme in Theme.objects.all()] == ["First", "Land", "Money", "Wool"]


WRONG = {
    "no name": ({"name": " "}, {"name": ["Give the theme a name."]}),
    "too long": ({"name": "x" * 81}, {"name": ["Write at most 80 letters. You have 81."]}),
    "Welsh too long": ({"name_cy": "x" * 81}, {"name_cy": ["Write at most 80 letters. You have 81."]}),
    "taken": ({"name": "LAND"}, {"name": ["There is a theme “Land” already. Choose another name."]}),
    "Welsh taken": ({"name_cy": "tir"}, {"name_cy": ["There is a theme “Tir” already. Choose another name."]}),
    "no address": (
        {"name": "***"},
        {"name": ["Use at least one letter without accents, or a figure: the address is made of the name."]},
    ),
    "no such place": ({"after": "999"}, {"after": ["Choose one from the list."]}),
}


@pytest.mark.parametrize("sent, errors", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, staff, sent, errors):
    a_theme("Land", name_cy="Tir")
    typed = {"name": "Money", "name_cy": "Arian", "after": "0"} | sent
    answer = client.post(ADD, typed)
    form = answer.context["form"]
    assert (answer.status_code, form.errors.get_json_data().keys(), form.errors) == (422, errors.keys(), errors)
    assert {name: form[name].value() for name in typed} == typed
    assert Theme.objects.count() == 1


# --- Changing ---


def test_the_page_of_a_theme_shows_its_names_and_leaves_it_in_its_place(client, staff):
    a_theme("Land", place=0)
    theme = a_theme("Money", name_cy="Arian", place=1)
    form = client.get(at("change", theme)).context["form"]
    assert {field.name: field.value() for field in form} == {
        "name": "Money",
        "name_cy": "Arian",
        "after": None,
        "based_on": 1,
    }
    assert [label for _code, label in form.fields["after"].choices] == [
        "Where it is now",
        "At the beginning",
        "After “Land”",
    ]


def test_a_theme_is_changed_and_its_address_stays(client, staff):
    theme = a_theme("Money", place=1)
    answer = client.post(at("change", theme), {"name": "Finance", "name_cy": "Cyllid", "based_on": 1})
    assert (answer["Location"], said(answer)) == (LIST, ["Saved. “Finance” is called so everywhere now."])
    theme.refresh_from_db()
    assert (theme.slug, theme.name, theme.name_cy) == ("money", "Finance", "Cyllid")
    assert client.get("/blog/themes/money/").context["theme"].name == "Finance"


def test_who_was_slower_sees_what_it_is_now_and_can_save_all_the_same(client, staff):
    theme = a_theme("Money")
    client.post(at("change", theme), {"name": "Finance", "based_on": 1})
    slower = client.post(at("change", theme), {"name": "Cash", "name_cy": "Arian parod", "based_on": 1})
    form = slower.context["form"]
    assert (slower.status_code, form.non_field_errors()) == (
        409,
        [
            "A colleague changed this theme while you were editing. It is “Finance” now, and in Welsh “Finance”. "
            "Your words are still in the form below."
        ],
    )
    assert [form[name].value() for name in ("name", "name_cy", "based_on")] == ["Cash", "Arian parod", 2]
    assert client.post(at("change", theme), {"name": "Cash", "based_on": 2}).status_code == 302
    assert Theme.objects.get().name == "Cash"


def test_a_theme_that_is_not_there_is_not_found(client, staff):
    assert [client.get(f"/staff/themes/{slug}/edit/").status_code for slug in ("looms", "new")] == [404, 404]


# --- Buttons ---


def test_a_button_moves_a_theme_and_leads_to_where_it_stands_now(client, staff):
    a_theme("Land", place=0)
    theme = a_theme("Money", place=1)
    answer = client.post(at("move", theme), {"way": "up"})
    assert (answer["Location"], [row.name for row in Theme.objects.all()]) == (
        "/staff/themes/#theme-money",
        ["Money", "Land"],
    )
    client.post(at("move", theme), {"way": "down"})
    assert [row.name for row in Theme.objects.all()] == ["Land", "Money"]


@pytest.mark.parametrize("sent", [{}, {"way": "sideways"}])
def test_a_move_that_no_button_sends_is_not_found(client, staff, sent):
    assert client.post(at("move", a_theme()), sent).status_code == 404


def test_a_theme_is_taken_out_of_use_and_brought_back(client, staff):
    theme = a_theme("Money")
    gone = client.post(at("retire", theme))
    assert (gone["Location"], said(gone)) == (LIST, ["“Money” is out of use now. Nobody can choose it any more."])
    assert [row["theme"].retired_at is None for row in client.get(LIST).context["rows"]] == [False]
    back = client.post(at("restore", theme))
    assert (back["Location"], said(back)[-1:]) == (LIST, ["“Money” can be chosen again."])
    assert [entry.verb for entry in Entry.objects.order_by("pk")] == ["retire_theme", "restore_theme"]


@pytest.mark.parametrize(
    "name, given, says",
    [
        ("retire", {"retired_at": timezone.now()}, "“Money” is out of use already. Nothing was changed."),
        ("restore", {}, "“Money” is in use already. Nothing was changed."),
    ],
)
def test_a_second_press_changes_nothing_and_says_so(client, staff, name, given, says):
    answer = client.post(at(name, a_theme("Money", **given)))
    assert (answer["Location"], said(answer), Entry.objects.count()) == (LIST, [says], 0)


@pytest.mark.parametrize("name", ["move", "retire", "restore"])
def test_who_signs_in_first_comes_back_to_the_list_and_not_to_a_button(client, db, name):
    answer = client.post(at(name, a_theme()), {"way": "up"})
    assert answer["Location"] == "/accounts/login/?next=/staff/themes/"


def test_hostile_names_are_shown_and_do_nothing(client, staff):
    theme = a_theme("<script>alert(1)</script>", slug="x", name_cy="<script>alert(2)</script>")
    pages = [client.get(url).content.decode() for url in (LIST, ADD, at("change", theme))]
    assert ["<script>alert" in page for page in pages] == [False] * 3
