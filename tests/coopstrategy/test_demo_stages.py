"""The moments that the demo can show: drawn once, one after the other, and never over somebody's work."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from blog.models import Draft as PostDraft
from blog.models import Post
from commons.contributions.models import Contribution
from coopstrategy.demo.blog import draw_blog
from coopstrategy.demo.management.commands.prepare_demo import STAGES
from coopstrategy.demo.strategy import ChangedByHand, draw_strategy
from coopstrategy.runtime.command import HELP
from panel.models import Decision, Draft, Version
from panel.reports import answering_counts
from tests.coopstrategy.drawn import counted, draw_ground


@pytest.mark.django_db
def test_the_earlier_moment_has_first_versions_and_few_voices_and_the_later_follows_it():
    draw_ground()
    draw_strategy(stage="census")
    assert Counter(Version.objects.values_list("number", flat=True)) == {1: 12}
    assert 12 <= Contribution.objects.count() <= 45
    assert (Decision.objects.count(), answering_counts().late) == (0, 0)
    before = counted()
    draw_strategy(stage="census")
    assert counted() == before
    draw_strategy(stage="draft")
    assert Version.objects.filter(number=3).count() == 9
    assert answering_counts().late > 5
    bodies = Counter(Contribution.objects.values_list("body", flat=True))
    assert max(bodies.values()) == 1


@pytest.mark.django_db
def test_the_blog_has_three_posts_at_the_earlier_moment_and_the_later_follows_it():
    draw_ground()
    draw_strategy(stage="census")
    draw_blog(stage="census")
    assert (Post.objects.public().count(), Post.objects.count()) == (3, 3)
    before = counted()
    draw_blog(stage="census")
    assert counted() == before
    post = Post.objects.get(slug="fourteen-saturdays")
    PostDraft.objects.filter(post=post).update(title="What I wrote by hand")
    draw_blog(stage="draft")
    assert (Post.objects.public().count(), Post.objects.filter(author=post.author).count()) == (23, 2)
    assert PostDraft.objects.get(post=post).title == "What I wrote by hand"


@pytest.mark.django_db
def test_the_later_moment_is_not_drawn_over_somebodys_work():
    draw_ground()
    draw_strategy(stage="census")
    Draft.objects.filter(section__slug="skills").update(body="What I wrote by hand.")
    before = counted()
    with pytest.raises(ChangedByHand, match="To begin again"):
        draw_strategy(stage="draft")
    assert counted() == before


def test_the_help_names_every_moment_and_which_is_shown():
    assert STAGES == ["census", "before-congress", "on-the-day", "draft", "after"]
    told = HELP.split("--stage NAME")[1].split("--port")[0]
    assert all(stage in told for stage in STAGES)
    assert f"{STAGES[-1]} (if you say nothing)" in told


@pytest.mark.django_db
def test_a_moment_that_is_none_is_refused(settings):
    settings.DEMO = True
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("prepare_demo", "--stage", "2050")
