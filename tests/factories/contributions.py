"""Threads and what people said in them, for tests.

    ContributionFactory()                        published, in a thread that everybody may read
    ContributionFactory(body="No.", author=person)
    ContributionFactory(kind="suggestion", replacement="these words")
    ContributionFactory(thread__audience="panel")   in a thread of the panel's own
    ContributionFactory(parent=other)            a reply to another one

Rows only: what the action `add_contribution` does besides (holding, the record) does not happen.
"""

import factory

from commons.contributions.models import Contribution, Thread
from tests.factories.people import UserFactory


class ThreadFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Thread

    audience = "everyone"


class ContributionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contribution

    parent = None
    thread = factory.Maybe(
        "parent",
        yes_declaration=factory.SelfAttribute("parent.thread"),
        no_declaration=factory.SubFactory(ThreadFactory),
    )
    root = factory.LazyAttribute(lambda row: row.parent and (row.parent.root or row.parent))
    depth = factory.LazyAttribute(lambda row: row.parent.depth + 1 if row.parent else 0)
    author = factory.SubFactory(UserFactory)
    body = factory.Sequence(lambda n: f"Our co-op of {n} members needs lending by people who know share capital.")
