"""Following by buttons: as often as one likes, and never somewhere else than where one was."""

import pytest
from django.urls import reverse
from django.utils import timezone

from blog.actions.following import follow
from blog.actions.writing import withdraw_post
from blog.models import Author, Follow
from commons.themes.models import Theme
from tests.architecture.test_query_counts import queries
from tests.factories.blog import a_draft, a_post, a_theme, an_author
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    person = UserFactory()
    client.force_login(person)
    return person


@pytest.fixture
def author():
    return an_author(name="Gwen Roberts")


def press(client, kind: str, number: object = 0, follow: str = "yes", **more: str):
    return client.post(reverse("blog:follow"), {"kind": kind, "number": number, "follow": follow, **more})


def things(author) -> dict[str, object]:
    post = a_post(by=author, themes=[a_theme()])
    return {"blog": None, "theme": a_theme(), "author": Author.objects.get(), "post": post}


@pytest.mark.parametrize("kind", ["blog", "theme", "author", "post"])
def test_each_thing_is_followed_once_and_unfollowed_for_good(client, reader, author, kind):
    thing = things(author)[kind]
    number = thing.pk if thing else 0
    for _time in range(2):
        assert press(client, kind, number, next="/blog/?page=2")["Location"] == "/blog/?page=2"
    row = Follow.objects.get()
    assert (row.person, row.theme or row.author or row.post) == (reader, thing)
    for _time in range(2):
        assert press(client, kind, number, "no").status_code == 302
    assert Follow.objects.count() == 0


@pytest.mark.parametrize(
    "next_page", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "\\\\x", ""]
)
def test_nobody_is_led_elsewhere(client, reader, next_page):
    assert press(client, "blog", next=next_page)["Location"] == reverse("blog:list")


def test_who_is_not_signed_in_comes_back_to_where_the_button_stood(client):
    assert press(client, "blog", next="/blog/")["Location"] == f"{reverse('account_login')}?next=/blog/"


@pytest.mark.parametrize(
    ("kind", "number"), [("post", 10**30), ("post", 99), ("author", 99), ("x", 1), ("theme", ""), ("post", "x")]
)
def test_what_is_not_there_cannot_be_followed(client, reader, kind, number):
    assert press(client, kind, number).status_code == 404
    assert Follow.objects.count() == 0


def test_what_is_not_public_cannot_be_followed_not_even_by_its_author(client, author):
    draft = a_draft(by=author)
    client.force_login(author)
    assert press(client, "post", draft.pk).status_code == 404


def test_the_buttons_say_what_is_followed(client, reader, author):
    post = a_post(by=author)
    press(client, "author", Author.objects.get().pk)
    page = client.get(post.get_absolute_url()).content.decode()
    assert [
        words
        for words in ("Follow the whole blog", "Follow this discussion", "Stop following Gwen Roberts")
        if words not in page
    ] == []


def test_a_followed_post_that_is_gone_can_still_be_let_go(client, reader, author):
    post = a_post("The quincunx one", by=author)
    press(client, "post", post.pk)
    withdraw_post(post, by=author)
    page = client.get(reverse("blog:following")).content.decode()
    assert ("quincunx" in page, "a post that is not public any more" in page) == (False, True)
    assert press(client, "post", post.pk, "no").status_code == 302
    assert Follow.objects.count() == 0


def test_the_list_of_what_one_follows_asks_as_often_for_many(client, reader, author):
    follow(by=reader, post=a_post(by=author))
    client.get(reverse("blog:following"))
    one, _short = queries(client, reverse("blog:following"))
    follow(by=reader)
    follow(by=reader, theme=a_theme())
    follow(by=reader, post=a_post(by=author))
    three, _long = queries(client, reverse("blog:following"))
    assert len(three) == len(one)


def test_a_theme_out_of_use_can_only_be_let_go(client, reader, author):
    theme = a_theme("Looms")
    a_post(by=author, themes=[theme])
    follow(by=reader, theme=theme)
    Theme.objects.filter(pk=theme.pk).update(retired_at=timezone.now())
    address = reverse("blog:theme", args=[theme.slug])

    def offered() -> list[tuple[str, bool]]:
        return [(one.name, one.is_followed) for one in client.get(address).context["follow_buttons"]]

    assert offered() == [("Looms", True)]
    for _time in range(2):
        assert press(client, "theme", theme.pk, "no").status_code == 302
    assert (offered(), Follow.objects.count()) == ([], 0)
    pressed = client.post(reverse("blog:follow"), {"kind": "theme", "number": theme.pk, "follow": "yes"}, follow=True)
    assert "This theme is out of use, so nothing new will come under it." in pressed.content.decode()
    assert Follow.objects.count() == 0
    client.logout()
    assert (offered(), "Sign in to follow" in client.get(address).content.decode()) == ([], False)
