"""Pictures of posts: keeping, putting into a text, who sees them, and what is refused at the door."""

import resource
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from blog.actions.editing import approve_submission
from blog.actions.pictures import (
    MOST_PICTURES,
    AltMissing,
    PictureInUse,
    TooManyPictures,
    add_picture,
    change_alt,
    drop_picture,
)
from blog.actions.writing import NotYours, hand_in, keep_draft, withdraw_post
from blog.models import Picture, Post
from commons.imaging import MOST_BYTES, draw
from coopstrategy.middleware import MOST_BYTES_OF_A_FORM, LimitsMiddleware
from tests.commons.test_imaging import HARMLESS, REFUSED
from tests.factories.blog import a_draft, a_photo, a_picture, a_post, a_submission, an_editor
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def halina(client):
    person = UserFactory(name="Halina Nowak")
    client.force_login(person)
    return person


@pytest.fixture
def post(halina):
    return a_draft(by=halina)


def at(name: str, post: Post, *more) -> str:
    return reverse(f"blog:{name}", args=[post.pk, *more])


def with_picture(post: Post, *, based_on: int = 2) -> Picture:
    """A picture that stands in the draft."""
    picture = a_picture(post)
    body = f"Here:\n\n![]({picture.get_absolute_url()})"
    keep_draft(post, by=post.author, based_on=based_on, written={"body": body})
    return picture


def public_picture(halina) -> Picture:
    post = a_draft(by=halina)
    picture = with_picture(post)
    approve_submission(hand_in(post, by=halina, based_on=3), by=an_editor())
    return Picture.objects.get(pk=picture.pk)


def upload(client, post: Post, data: bytes, name: str = "photo.jpg", kind: str = "image/jpeg", alt: str = "The shop"):
    return client.post(at("pictures", post), {"file": SimpleUploadedFile(name, data, kind), "alt": alt})


# --- keeping --------------------------------------------------------------------------------------------------------------


def test_a_picture_is_kept_in_two_widths_with_what_it_shows(post, halina):
    picture = add_picture(post, by=halina, alt=" The  shop\non its first day ", drawn=draw(a_photo(2000, 1000)))
    assert (
        picture.alt,
        picture.width,
        picture.height,
        list(picture.files.order_by("-width").values_list("width", "kind")),
    ) == (
        "The shop on its first day",
        1600,
        800,
        [(1600, "image/jpeg"), (800, "image/jpeg")],
    )


@pytest.mark.parametrize("alt", ["", " \n "])
def test_a_picture_without_words_is_refused(post, halina, alt):
    with pytest.raises(AltMissing):
        add_picture(post, by=halina, alt=alt, drawn=draw(a_photo()))
    with pytest.raises(AltMissing):
        change_alt(a_picture(post), by=halina, alt=alt)


def test_there_is_room_for_so_many_pictures(post, halina):
    drawn = draw(a_photo(10, 10))
    for _number in range(MOST_PICTURES):
        add_picture(post, by=halina, alt="x", drawn=drawn)
    with pytest.raises(TooManyPictures):
        add_picture(post, by=halina, alt="x", drawn=drawn)


def test_only_authors_bring_change_and_take_away(post, halina):
    picture, other, editor = a_picture(post), UserFactory(), an_editor()
    for by in (other, editor):
        for action in (
            lambda by=by: add_picture(post, by=by, alt="x", drawn=draw(a_photo(9, 9))),
            lambda by=by: change_alt(picture, by=by, alt="x"),
            lambda by=by: drop_picture(picture, by=by),
        ):
            with pytest.raises(NotYours):
                action()


def test_words_and_pictures_change_freely_until_an_editor_reads_them(post, halina):
    picture = with_picture(post)
    assert change_alt(picture, by=halina, alt="Other").alt == "Other"
    submission = hand_in(post, by=halina, based_on=3)
    for action in (lambda: change_alt(picture, by=halina, alt="x"), lambda: drop_picture(picture, by=halina)):
        with pytest.raises(PictureInUse):
            action()
    approve_submission(submission, by=an_editor())
    for action in (lambda: change_alt(picture, by=halina, alt="x"), lambda: drop_picture(picture, by=halina)):
        with pytest.raises(PictureInUse):
            action()
    withdraw_post(post, by=halina)
    drop_picture(picture, by=halina)
    assert Picture.objects.count() == 0


# --- who sees them --------------------------------------------------------------------------------------------------------


def statuses(client, picture: Picture) -> dict[str, int]:
    """What a visitor, a stranger, an editor, a panel member and its author get."""
    people = {
        "visitor": None,
        "stranger": UserFactory(),
        "editor": an_editor(),
        "panel": UserFactory(roles=["panel_member"]),
        "staff": UserFactory(roles=["staff"]),
        "author": picture.post.author,
    }
    found = {}
    for name, person in people.items():
        client.logout()
        if person is not None:
            client.force_login(person)
        found[name] = client.get(picture.get_absolute_url()).status_code
    return found


NOBODY = {"visitor": 404, "stranger": 404, "editor": 404, "panel": 404, "staff": 404, "author": 200}
EDITORS = NOBODY | {"editor": 200}
EVERYBODY = dict.fromkeys(NOBODY, 200)


def test_a_picture_is_seen_by_everybody_only_while_it_stands_in_public_words(client, halina, post):
    picture = with_picture(post)
    unused = a_picture(post)
    found = [statuses(client, picture)]
    submission = hand_in(post, by=halina, based_on=3)
    found.append(statuses(client, picture))
    approve_submission(submission, by=an_editor())
    found += [statuses(client, picture), statuses(client, unused)]
    withdraw_post(post, by=halina)
    found.append(statuses(client, picture))
    assert found == [NOBODY, EDITORS, EVERYBODY, EDITORS, EDITORS]


def test_a_picture_is_sent_as_what_it_is_and_nothing_else(client, halina):
    picture = public_picture(halina)
    client.logout()
    answer = client.get(picture.get_absolute_url())
    assert (
        answer.status_code,
        answer["Content-Type"],
        answer["X-Content-Type-Options"],
        answer["Content-Disposition"],
        answer["Cache-Control"],
        answer["Cross-Origin-Resource-Policy"],
        "script-src" in answer["Content-Security-Policy"] or "default-src" in answer["Content-Security-Policy"],
        answer.content[:2],
    ) == (200, "image/jpeg", "nosniff", "inline", "public, no-cache", "same-origin", True, b"\xff\xd8")


def test_a_browser_that_has_it_is_told_so_as_long_as_it_may_see_it(client, halina):
    picture = public_picture(halina)
    client.logout()
    etag = client.get(picture.get_absolute_url())["ETag"]
    again = client.get(picture.get_absolute_url(), headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    withdraw_post(picture.post, by=halina)
    assert client.get(picture.get_absolute_url(), headers={"If-None-Match": etag}).status_code == 404


def test_what_is_private_is_kept_by_no_browser(client, post):
    answer = client.get(a_picture(post).get_absolute_url())
    assert sorted(part.strip() for part in answer["Cache-Control"].split(",")) == ["no-store", "private"]


@pytest.mark.parametrize(
    ("sent", "query", "width"),
    [
        (2000, "", 1600),
        (2000, "?w=800", 800),
        (2000, "?w=9999", 1600),
        (2000, "?w=x", 1600),
        (500, "?w=800", 500),
        (900, "", 900),
    ],
)
def test_a_picture_comes_in_the_width_that_is_asked_for(client, post, sent, query, width):
    picture = a_picture(post, width=sent, height=100)
    answer = client.get(picture.get_absolute_url() + query)
    assert answer["ETag"] == f'"{picture.pk}-{width}"'


def test_a_picture_that_is_not_there_is_not_found(client):
    assert client.get(reverse("blog:picture", args=[uuid.uuid4()])).status_code == 404


def test_a_picture_is_sent_in_few_questions(client, halina, django_assert_num_queries):
    picture = public_picture(halina)
    client.logout()
    with django_assert_num_queries(3):
        client.get(picture.get_absolute_url())


# --- in the text ----------------------------------------------------------------------------------------------------------


def test_a_post_shows_its_own_pictures_and_no_others(client, halina):
    picture = public_picture(halina)
    other = a_picture(a_post())
    post = Post.objects.get(pk=picture.post_id)
    words = f"![Said]({picture.get_absolute_url()}) ![Theirs]({other.get_absolute_url()}) ![Far](https://evil.example/x.png)"
    assert (post.to_html(words), f'<img src="{picture.get_absolute_url()}"' in post.body_html) == (
        f'<p><img src="{picture.get_absolute_url()}" alt="Said" width="640" height="480" loading="lazy"> Theirs Far</p>\n',
        True,
    )


def test_words_without_pictures_ask_for_none(django_assert_num_queries):
    post = a_post()
    with django_assert_num_queries(0):
        assert "<strong>" in post.body_html


def test_marks_in_what_a_picture_shows_stay_what_they_are(post):
    picture = a_picture(post, alt="A [long] *shelf* with `tins` <b> & co_ops \\ !")
    html = post.to_html(f"![{picture.alt_in_markdown}]({picture.get_absolute_url()})")
    assert 'alt="A [long] *shelf* with `tins` &lt;b&gt; &amp; co_ops \\ !"' in html


# --- bringing one ---------------------------------------------------------------------------------------------------------


def test_a_picture_is_brought_and_its_line_shown(client, post):
    answer = upload(client, post, a_photo(1000, 700).getvalue())
    picture = Picture.objects.get()
    page = client.get(at("pictures", post)).content.decode()
    assert (answer.url, f"![The shop]({picture.get_absolute_url()})" in page) == (
        f"{at('pictures', post)}#picture-{picture.pk}",
        True,
    )


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_is_refused_at_the_door_whatever_it_is_called(client, post, name):
    data, why = REFUSED[name]
    answer = upload(client, post, data, alt="Words that stay")
    page = answer.content.decode()
    assert (answer.status_code, why is None or why in page, "Words that stay" in page, Picture.objects.count()) == (
        422,
        True,
        True,
        0,
    )


@pytest.mark.parametrize("name", HARMLESS)
def test_what_hides_in_a_picture_is_not_kept(client, post, name):
    upload(client, post, HARMLESS[name])
    [file] = Picture.objects.get().files.all()
    assert b"script" not in bytes(file.data)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\x.jpg",
        "x.html",
        "x.svg",
        "x.php",
        "a" * 300 + ".jpg",
        "<script>.jpg",
        "",
        "ŷ.jpg",
    ],
)
def test_a_name_is_never_looked_at_or_kept(client, post, name):
    answer = upload(client, post, a_photo(9, 9).getvalue(), name or "x", "text/html")
    picture = Picture.objects.get()
    assert (answer.status_code, client.get(picture.get_absolute_url())["Content-Type"]) == (302, "image/jpeg")


@pytest.mark.parametrize("alt", ["", "  ", "x" * 301, "x\0"])
def test_words_are_asked_for(client, post, alt):
    answer = upload(client, post, a_photo(9, 9).getvalue(), alt=alt)
    assert (answer.status_code, "<title>Error:" in answer.content.decode(), Picture.objects.count()) == (422, True, 0)


@pytest.mark.parametrize("sent", [{"alt": "x"}, {"alt": "x", "file": "words"}, {}])
def test_a_file_is_asked_for(client, post, sent):
    answer = client.post(at("pictures", post), sent)
    assert (answer.status_code, "Choose a picture." in answer.content.decode()) == (422, True)


def test_one_too_many_is_told(client, post, monkeypatch):
    monkeypatch.setattr("blog.views.pictures.MOST_PICTURES", 1)
    a_picture(post)
    answer = upload(client, post, a_photo(9, 9).getvalue())
    assert (answer.status_code, Picture.objects.count()) == (422, 1)


@pytest.mark.parametrize("roles", [None, [], ["editor"], ["panel_member"], ["staff"]])
def test_nobody_else_brings_one(client, roles):
    post = a_submission().post
    if roles is not None:
        client.force_login(UserFactory(roles=roles))
    assert upload(client, post, a_photo(9, 9).getvalue()).status_code == (302 if roles is None else 404)


@pytest.mark.parametrize(
    ("address", "most"),
    [
        (reverse("blog:pictures", args=[7]), 2 * MOST_BYTES + MOST_BYTES_OF_A_FORM),
        (reverse("blog:post-edit", args=[7]), MOST_BYTES_OF_A_FORM),
    ],
)
def test_a_body_larger_than_any_picture_is_refused_before_it_is_read(address, most):
    found = []
    for length in (most, most + 1, 1_000_000_000):
        request = RequestFactory().post(address)
        request.META["CONTENT_LENGTH"] = str(length)
        found.append(LimitsMiddleware(lambda _request: HttpResponse())(request).status_code)
    assert found == [200, 413, 413]


def test_memory_stays_flat_whatever_is_brought(client, post):
    """The most this process ever held grows by less than one picture while forty hostile ones and large ones come in."""
    large = a_photo(6_000, 4_000, quality=30).getvalue()
    upload(client, post, large)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _time in range(2):
        for data, _why in REFUSED.values():
            upload(client, post, data)
        upload(client, post, large)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000, f"{grown} kB"


def test_an_address_of_no_picture_in_the_words_hinders_no_approval(post, halina):
    body = f"/blog/pictures/{'0' * 36}/ and ![x](/blog/pictures/{'-' * 36}/)"
    keep_draft(post, by=halina, based_on=2, written={"body": body})
    approve_submission(hand_in(post, by=halina, based_on=3), by=an_editor())
    assert Post.objects.get().body == body


def test_an_earlier_wording_tells_in_words_what_a_picture_showed_that_is_not_public_any_more(client, post, halina):
    pictures = [a_picture(post, alt="Old"), a_picture(post, alt="Kept")]
    lines = [f"![{picture.alt}]({picture.get_absolute_url()})" for picture in pictures]
    keep_draft(post, by=halina, based_on=2, written={"body": "\n\n".join(lines)})
    approve_submission(hand_in(post, by=halina, based_on=3), by=an_editor())
    keep_draft(post, by=halina, based_on=3, written={"body": lines[1]})
    approve_submission(hand_in(post, by=halina, based_on=4, correction="A picture less."), by=an_editor())
    post = Post.objects.get()
    page = client.get(reverse("blog:version", args=[post.year, post.slug, 1])).content.decode()
    assert ("<p>Old</p>" in page, page.count("<img")) == (True, 1)


# --- changing and taking away ---------------------------------------------------------------------------------------------


def test_its_words_are_changed_and_it_is_taken_away(client, post):
    picture = a_picture(post)
    page = client.get(at("picture-change", post, picture.pk)).content.decode()
    client.post(at("picture-change", post, picture.pk), {"alt": "Other"})
    assert (picture.alt in page, Picture.objects.get().alt) == (True, "Other")
    answer = client.post(at("picture-drop", post, picture.pk))
    assert (answer.url, Picture.objects.count()) == (at("pictures", post), 0)


@pytest.mark.parametrize("alt", ["", "x" * 301])
def test_wrong_words_are_told(client, post, alt):
    picture = a_picture(post)
    answer = client.post(at("picture-change", post, picture.pk), {"alt": alt})
    assert (answer.status_code, Picture.objects.get().alt) == (422, picture.alt)


def test_what_stands_in_public_words_is_left_and_that_is_said(client, halina):
    picture = public_picture(halina)
    answer = client.post(at("picture-change", picture.post, picture.pk), {"alt": "Other"})
    assert (answer.status_code, "This picture stands in a text" in answer.content.decode()) == (409, True)
    said = client.post(at("picture-drop", picture.post, picture.pk), follow=True).content.decode()
    assert ("This picture stands in a text" in said, Picture.objects.count()) == (True, 1)


def test_a_picture_of_another_post_is_not_found_here(client, post, halina):
    picture = a_picture(a_draft("Another", by=halina))
    for name in ("picture-change", "picture-drop"):
        assert client.post(at(name, post, picture.pk), {"alt": "x"}).status_code == 404
