"""Themes are named and arranged by staff: no two have one name, address or place, and none is ever lost."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from commons.audit.models import Entry
from commons.themes.actions import (
    FIRST,
    NameTaken,
    NoAddress,
    StaleEdit,
    ThemeInUse,
    ThemeRetired,
    add_theme,
    change_theme,
    move_theme,
    restore_theme,
    retire_theme,
)
from commons.themes.models import Theme
from tests.at_once import together
from tests.factories.people import UserFactory


@pytest.fixture
def staff(db):
    return UserFactory(roles=["staff"])


@pytest.fixture
def three(staff) -> list[Theme]:
    return [add_theme(by=staff, name=name) for name in ("Land", "Money", "Young people")]


def order() -> list[str]:
    return [theme.name for theme in Theme.objects.all()]


def places() -> list[int]:
    return list(Theme.objects.values_list("place", flat=True))


def entries(verb: str) -> list[tuple]:
    rows = Entry.objects.filter(verb=verb).order_by("pk")
    return [(row.actor, row.target_label, row.data) for row in rows]


# --- Adding ---


def test_a_new_theme_has_an_address_of_its_english_name_and_stands_at_the_end(staff, three):
    theme = add_theme(by=staff, name="Wales & Welsh", name_cy="Cymru a’r Gymraeg")
    assert (theme.slug, theme.name, theme.name_cy, theme.retired_at) == (
        "wales-welsh",
        "Wales & Welsh",
        "Cymru a’r Gymraeg",
        None,
    )
    assert (order(), places()) == (["Land", "Money", "Young people", "Wales & Welsh"], [0, 1, 2, 3])
    assert entries("add_theme")[-1] == (
        staff,
        "Wales & Welsh",
        {"slug": "wales-welsh", "name_cy": "Cymru a’r Gymraeg"},
    )


def test_a_new_theme_can_stand_first_or_behind_another(staff, three):
    add_theme(by=staff, name="First", after=FIRST)
    add_theme(by=staff, name="After land", after=three[0].pk)
    assert (order(), places()) == (["First", "Land", "After land", "Money", "Young people"], [0, 1, 2, 3, 4])


@pytest.mark.parametrize(
    "names, field, says",
    [
        (("money", ""), "name", "There is a theme “Money” already. Choose another name."),
        (("Cash", "ARIAN"), "name_cy", "There is a theme “Arian” already. Choose another name."),
    ],
)
def test_two_themes_cannot_have_one_name_in_either_language(staff, names, field, says):
    add_theme(by=staff, name="Money", name_cy="Arian")
    with pytest.raises(NameTaken) as refusal:
        add_theme(by=staff, name=names[0], name_cy=names[1])
    assert (refusal.value.field, str(refusal.value), order()) == (field, says, ["Money"])


def test_many_themes_can_lack_a_welsh_name(three):
    assert {theme.name_cy for theme in Theme.objects.all()} == {""}


def test_the_name_of_a_theme_out_of_use_is_taken_and_it_is_said_how_to_get_it(staff, three):
    retire_theme(three[1], by=staff)
    with pytest.raises(NameTaken) as refusal:
        add_theme(by=staff, name="Money")
    assert str(refusal.value) == (
        "There is a theme “Money” already. It is out of use: bring it back, or choose another name."
    )


@pytest.mark.parametrize("column", ["name", "name_cy"])
def test_the_database_itself_refuses_a_name_twice(db, column):
    Theme.objects.create(slug="a", **{"name": "A", column: "Wool"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Theme.objects.create(slug="b", **{"name": "B", column: "wool"})


@pytest.mark.parametrize("name", ["***", "合作社", "-"])
def test_a_name_of_which_no_address_can_be_made_is_refused(staff, name):
    with pytest.raises(NoAddress):
        add_theme(by=staff, name=name)
    assert order() == []


def test_an_address_that_a_renamed_theme_keeps_is_not_given_twice(staff, three):
    change_theme(three[1], by=staff, name="Finance", name_cy="", based_on=1)
    assert [add_theme(by=staff, name=name).slug for name in ("Money", "Money!")] == ["money-2", "money-3"]


def test_the_address_of_the_longest_name_fits(staff):
    slugs = [add_theme(by=staff, name=f"{'w' * 79}{end}").slug for end in "ab"]
    assert slugs == ["w" * 55, "w" * 55 + "-2"]


@pytest.mark.django_db(transaction=True)
def test_two_who_add_the_same_theme_at_once_make_one():
    staff = UserFactory(roles=["staff"])
    ends = together(*[lambda: add_theme(by=staff, name="Money")] * 4)
    assert (ends, order()) == ({"done": 1, "NameTaken": 3}, ["Money"])


@pytest.mark.django_db(transaction=True)
def test_those_who_add_and_move_at_once_leave_every_place_once():
    staff = UserFactory(roles=["staff"])
    first = add_theme(by=staff, name="First")
    deeds = [lambda n=n: add_theme(by=staff, name=f"Theme {n}") for n in range(3)]
    ends = together(*deeds, lambda: move_theme(first, by=staff, steps=1))
    assert (ends, places()) == ({"done": 4}, [0, 1, 2, 3])


# --- Changing ---


def test_a_theme_gets_other_names_and_keeps_its_address_and_its_place(staff, three):
    theme = change_theme(three[1], by=staff, name="Finance", name_cy="Cyllid", based_on=1)
    assert (theme.slug, theme.name, theme.name_cy, theme.revision) == ("money", "Finance", "Cyllid", 2)
    assert order() == ["Land", "Finance", "Young people"]
    assert entries("change_theme") == [
        (staff, "Finance", {"was": {"name": "Money", "name_cy": ""}, "name": "Finance", "name_cy": "Cyllid"})
    ]


def test_a_theme_can_be_put_elsewhere_while_it_is_changed(staff, three):
    change_theme(three[2], by=staff, name="Youth", name_cy="", based_on=1, after=three[0].pk)
    change_theme(three[1], by=staff, name="Cash", name_cy="", based_on=1, after=FIRST)
    assert (order(), places()) == (["Cash", "Land", "Youth"], [0, 1, 2])


def test_a_theme_may_keep_its_own_name_in_other_letters(staff, three):
    assert change_theme(three[1], by=staff, name="MONEY", name_cy="", based_on=1).name == "MONEY"


def test_a_theme_cannot_take_the_name_of_another(staff, three):
    with pytest.raises(NameTaken):
        change_theme(three[1], by=staff, name="land", name_cy="", based_on=1)
    assert (order(), entries("change_theme")) == (["Land", "Money", "Young people"], [])


def test_whoever_saw_an_earlier_wording_overwrites_nothing(staff, three):
    change_theme(three[1], by=staff, name="Finance", name_cy="Cyllid", based_on=1)
    with pytest.raises(StaleEdit) as refusal:
        change_theme(three[1], by=staff, name="Cash", name_cy="", based_on=1)
    assert str(refusal.value) == (
        "A colleague changed this theme while you were editing. It is “Finance” now, and in Welsh “Cyllid”. "
        "Your words are still in the form below."
    )
    assert order() == ["Land", "Finance", "Young people"]


def test_a_theme_is_called_by_its_welsh_name_in_welsh_if_it_has_one(three):
    three[0].name_cy = "Tir"
    with translation.override("cy"):
        assert [str(theme) for theme in three] == ["Tir", "Money", "Young people"]
    assert [str(theme) for theme in three] == ["Land", "Money", "Young people"]


# --- Moving ---


@pytest.mark.parametrize(
    "at, steps, expected",
    [
        (1, -1, ["Money", "Land", "Young people"]),
        (1, 1, ["Land", "Young people", "Money"]),
        (0, 2, ["Money", "Young people", "Land"]),
        (2, -9, ["Young people", "Land", "Money"]),
    ],
)
def test_a_theme_moves_up_and_down(staff, three, at, steps, expected):
    move_theme(three[at], by=staff, steps=steps)
    assert (order(), places()) == (expected, [0, 1, 2])
    assert entries("move_theme") == [(staff, three[at].name, {"place": expected.index(three[at].name) + 1})]


@pytest.mark.parametrize("at, steps", [(0, -1), (2, 1)])
def test_a_theme_at_the_end_of_the_list_stays_there_and_nothing_is_written_down(staff, three, at, steps):
    move_theme(three[at], by=staff, steps=steps)
    assert (order(), entries("move_theme")) == (["Land", "Money", "Young people"], [])


def test_themes_that_share_a_place_get_one_each_by_the_first_move(staff):
    for name in ("Land", "Money", "Wool"):
        Theme.objects.create(slug=name.lower(), name=name)
    move_theme(Theme.objects.get(name="Wool"), by=staff, steps=-1)
    assert (order(), places()) == (["Land", "Wool", "Money"], [0, 1, 2])


# --- Taking out of use ---


def test_a_theme_out_of_use_is_offered_no_more_and_can_be_brought_back(staff, three):
    before = timezone.now()
    gone = retire_theme(three[1], by=staff)
    assert before <= gone.retired_at <= timezone.now()
    assert [theme.name for theme in Theme.objects.offered()] == ["Land", "Young people"]
    assert restore_theme(three[1], by=staff).retired_at is None
    assert [theme.name for theme in Theme.objects.offered()] == ["Land", "Money", "Young people"]
    assert [entries(verb) for verb in ("retire_theme", "restore_theme")] == [[(staff, "Money", {})]] * 2


def test_a_theme_is_taken_out_of_use_once_and_brought_back_once(staff, three):
    with pytest.raises(ThemeInUse):
        restore_theme(three[1], by=staff)
    first = retire_theme(three[1], by=staff).retired_at
    with pytest.raises(ThemeRetired):
        retire_theme(three[1], by=staff)
    assert (Theme.objects.get(pk=three[1].pk).retired_at, len(entries("retire_theme"))) == (first, 1)
