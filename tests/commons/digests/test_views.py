import pytest

from commons.digests.models import Notice
from tests.commons.digests.test_actions import tell
from tests.factories.people import UserFactory

PAGE = "/you/notices/"


@pytest.fixture
def person(db, client):
    person = UserFactory()
    client.force_login(person)
    return person


def test_strangers_are_asked_to_sign_in(client, db):
    assert [client.get(PAGE).headers["Location"], client.post(PAGE).headers["Location"]] == [
        f"/accounts/login/?next={PAGE}"
    ] * 2


def test_i_see_my_notices_newest_first_and_nobody_elses(client, person):
    mine = [tell(person, key) for key in "abc"]
    tell(UserFactory(), subject="Not yours")
    assert list(client.get(PAGE).context["notices"]) == mine[::-1]


def test_reading_the_page_marks_nothing(client, person):
    tell(person)
    client.get(PAGE)
    assert client.get(PAGE).context["unseen"] == 1


def test_the_button_marks_all_of_mine_as_read(client, person):
    tell(person)
    theirs = tell(UserFactory())
    assert client.post(PAGE).headers["Location"] == PAGE
    assert client.get(PAGE).context["unseen"] == 0
    assert list(Notice.objects.unseen()) == [theirs]


def test_an_empty_page_says_so(client, person):
    assert "Nothing yet. When something happens that concerns you, it stands here." in client.get(PAGE).content.decode()


def test_the_page_costs_the_same_for_one_notice_and_for_fifty(client, person, django_assert_num_queries):
    tell(person)
    client.get(PAGE)
    with django_assert_num_queries(7) as one:
        client.get(PAGE)
    for number in range(49):
        tell(person, f"k{number}")
    with django_assert_num_queries(len(one)):
        client.get(PAGE)
