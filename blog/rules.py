"""Who may do what in the blog. Editors hold a role of their own; nobody of the panel or the staff can hold it or do its work."""

import rules

from blog.models import Post, Submission, is_editor
from commons.people.models import Role
from commons.people.rules import holds

is_present = rules.is_authenticated & rules.is_active
edits = rules.predicate(is_editor, name="edits")


def _post_of(thing: object) -> Post | None:
    return thing.post if isinstance(thing, Submission) else thing if isinstance(thing, Post) else None


@rules.predicate
def wrote_it(user: object, thing: object) -> bool:
    post = _post_of(thing)
    return post is not None and post.bylines.joined().filter(author__person=user.pk).exists()


@rules.predicate
def is_too_near(user: object, thing: object) -> bool:
    """Wrote it, or wrote it along before they took their name away."""
    post = _post_of(thing)
    return post is not None and post.is_own_business_of(user)


rules.add_perm("blog.start_post", is_present)
rules.add_perm("blog.keep_draft", is_present & wrote_it)
rules.add_perm("blog.hand_in", is_present & wrote_it)
rules.add_perm("blog.take_back", is_present & wrote_it)
rules.add_perm("blog.drop_draft", is_present & wrote_it)
rules.add_perm("blog.withdraw_post", is_present & wrote_it)
rules.add_perm("blog.answer_proposal", is_present & wrote_it)
rules.add_perm("blog.name_authors", is_present & wrote_it)
rules.add_perm("blog.join_post", is_present)
rules.add_perm("blog.add_picture", is_present & wrote_it)
rules.add_perm("blog.comment_on_post", is_present)
rules.add_perm("blog.report_post", is_present & ~wrote_it)
rules.add_perm("blog.follow", is_present)

rules.add_perm("blog.see_desk", edits)
rules.add_perm("blog.approve_submission", edits & ~is_too_near)
rules.add_perm("blog.ask_changes", edits & ~is_too_near)
rules.add_perm("blog.decline_submission", edits & ~is_too_near)
rules.add_perm("blog.propose_changes", edits & ~is_too_near)
rules.add_perm("blog.correct_post", edits & ~is_too_near)
rules.add_perm("blog.reschedule_post", edits & ~is_too_near)
rules.add_perm("blog.pin_post", edits & ~is_too_near)
rules.add_perm("blog.keep_thread", edits & ~is_too_near)
rules.add_perm("blog.add_note", is_present & (edits | wrote_it))
rules.add_perm("blog.export_posts", edits | holds(Role.STAFF))
