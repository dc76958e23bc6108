"""A small hall on a bad day: three phones in a browser and ten without one. The drill fills the hall."""

import pytest

from tests.consultation.phones import hall

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_small_hall_on_a_bad_day_loses_nothing_and_doubles_nothing(live_server, new_page, settings):
    settings.SITE_ADDRESS = live_server.url
    hall(live_server.url, new_page, real=3, scribes=4, delegates=6, each=3, seed=1844)
