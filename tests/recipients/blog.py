"""What is told of the blog."""

from blog.actions.bylines import ask_coauthor
from blog.actions.editing import add_note, ask_changes
from blog.actions.following import announce_comments, announce_posts, follow, unfollow
from blog.models import Byline, Note
from commons.people.models import Appointment
from tests.factories.blog import a_comment, a_draft, a_post, a_submission, an_editor
from tests.factories.people import AppointmentFactory, UserFactory
from tests.factories.themes import a_theme
from tests.recipients.ground import HIDDEN, nothing, stand
from tests.recipients.scenes import Scene, scene


@scene("blog-post")
def a_new_post() -> Scene:
    theme, writer = a_theme("Looms"), UserFactory()
    of_all, of_theme, of_author, elsewhere, gone = (UserFactory() for _person in range(5))
    post = a_post("Looms", by=writer, themes=[theme])
    for person in (of_all, writer, gone):
        follow(by=person)
    follow(by=of_theme, theme=theme)
    follow(by=of_author, author=post.author.pen)
    follow(by=elsewhere, theme=a_theme("Spinning"))
    unfollow(by=gone)
    announce_posts(by=None)
    ends = {f"the post is {standing}": lambda standing=standing: stand(post, standing) for standing in HIDDEN}
    ends["one does not follow any more"] = lambda: unfollow(by=of_all) and {of_theme, of_author}
    return Scene({of_all, of_theme, of_author}, ends)


@scene("blog-comment")
def a_comment_on_a_post() -> Scene:
    follower, commenter, gone, post = UserFactory(), UserFactory(), UserFactory(), a_post("Looms")
    for person in (follower, commenter, gone):
        follow(by=person, post=post)
    unfollow(by=gone, post=post)
    comment = a_comment(post, by=commenter)
    announce_comments(by=None)
    ends = {f"the comment is {standing}": lambda standing=standing: stand(comment, standing) for standing in HIDDEN}
    ends |= {f"the post is {standing}": lambda standing=standing: stand(post, standing) for standing in HIDDEN}
    ends["the comment is erased"] = lambda: nothing(comment.delete())
    ends["one does not follow any more"] = lambda: unfollow(by=follower, post=post) and {post.author}
    ends["the author takes their name away"] = lambda: post.bylines.all().delete() and {follower}
    return Scene({follower, post.author}, ends)


@scene("blog-note")
def notes() -> Scene:
    """Editors write to both authors, and an author to the editor who had to do with the post."""
    along, editor = UserFactory(), an_editor()
    an_editor()
    row = a_submission("Looms", along=[along])
    add_note(row.post, by=editor, body="Where is the loom?")
    add_note(row.post, by=row.post.author, body="In the hall.")
    writers, roles = {row.post.author, along}, Appointment.objects.filter(user=editor)
    ends = {
        "the notes are erased": lambda: nothing(Note.objects.update(body="")),
        "one takes their name away": lambda: (
            Byline.objects.filter(author__person=along).delete() and {row.post.author, editor}
        ),
        "the editor edits no more": lambda: roles.delete() and writers,
        "the editor joins the staff": lambda: AppointmentFactory(user=editor, role="staff") and writers,
    }
    return Scene({*writers, editor}, ends)


@scene("blog-decision")
def a_decision_on_a_post() -> Scene:
    along, asked = UserFactory(), UserFactory()
    row = a_submission("Looms", along=[along], asked=[asked.email])
    ask_changes(row, by=an_editor(), reason="unclear", explanation="Where is the loom?")
    ends = {
        "one takes their name away": lambda: Byline.objects.filter(author__person=along).delete() and {row.post.author}
    }
    return Scene({row.post.author, along}, ends)


@scene("blog-coauthor")
def somebody_is_asked_along() -> Scene:
    person, draft = UserFactory(), a_draft()
    ask_coauthor(draft, by=draft.author, email=person.email)
    return Scene(
        {person}, {"they are let go": lambda: nothing(Byline.objects.filter(asked_email=person.email).delete())}
    )
