"""The blog's periodic work: telling followers of what became public."""

from celery import shared_task

from blog.actions.following import announce_comments, announce_posts


@shared_task(name="blog.announce", ignore_result=True)
def announce() -> None:
    """Tell followers of new posts, and of what was said to the posts they follow."""
    announce_posts(by=None)
    announce_comments(by=None)
