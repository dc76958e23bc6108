"""The menu of every page."""

import pytest

from tests.factories.notices import tell
from tests.factories.people import UserFactory


@pytest.mark.parametrize(("notices", "words"), [(0, None), (1, "1 new notice"), (2, "2 new notices")])
def test_new_notices_are_counted_beside_your_page(client, db, notices, words):
    person = UserFactory()
    for number in range(notices):
        tell(person, f"test:{number}", subject="News", path="/")
    client.force_login(person)
    page = client.get("/about/").content.decode()
    assert [text for text in ("1 new notice<", "2 new notices<") if text in page] == ([f"{words}<"] if words else [])
