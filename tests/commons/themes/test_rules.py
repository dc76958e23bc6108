"""Who may name and arrange the themes."""

import pytest
from django.contrib.auth.models import AnonymousUser

from commons.people.models import Role
from tests.factories.people import UserFactory

DEEDS = ("see_themes", "add_theme", "change_theme", "move_theme", "retire_theme", "restore_theme")


@pytest.mark.parametrize("deed", DEEDS)
def test_only_staff_may_do_anything_to_themes(db, deed):
    people = {role: UserFactory(roles=[role]) for role in Role.values}
    people |= {
        "nobody": AnonymousUser(),
        "person": UserFactory(),
        "no-2nd": UserFactory(roles=["staff"], roles__mfa=False),
    }
    assert {name for name, person in people.items() if person.has_perm(f"themes.{deed}")} == {"staff"}
