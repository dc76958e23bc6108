"""Who has left an organisation is not told of its census any more."""

import pytest

from census.models import Submission
from commons.digests.models import Notice
from commons.digests.reports import still_so
from commons.people.models import Membership
from tests.census.conftest import case, code, register, wave  # noqa: F401 - fixtures
from tests.census.replies import send_reply
from tests.factories.people import MembershipFactory


@pytest.mark.django_db
def test_a_member_is_told_that_the_census_was_sent_while_they_are_a_member(case, code):  # noqa: F811
    membership = MembershipFactory(organisation=case.organisation)
    send_reply(case, code, form="short")
    assert list(still_so(Notice.objects.all())) == list(Notice.objects.filter(recipient=membership.user))
    assert Notice.objects.get().about_id == Submission.objects.get().pk
    Membership.objects.filter(pk=membership.pk).update(state=Membership.State.ENDED)
    assert list(still_so(Notice.objects.all())) == []
