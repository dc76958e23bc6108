"""The tests' own servers."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_database_is_a_real_postgres_with_the_extensions_the_site_needs():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_available_extensions WHERE name = ANY(%s) ORDER BY name",
            [["btree_gist", "citext", "pg_trgm", "unaccent"]],
        )
        assert [name for (name,) in cursor.fetchall()] == ["btree_gist", "citext", "pg_trgm", "unaccent"]


def test_the_broker_is_a_real_valkey_and_empty(broker):
    with broker.client() as client:
        assert (client.info("server")["valkey_version"], client.dbsize()) == (broker.version, 0)


def test_the_browser_draws_a_page(new_page):
    assert [
        made.evaluate("innerWidth")
        for made in (new_page(), new_page(phone=True))
        if made.set_content("<p>Hello") is None
    ] == [1280, 390]
