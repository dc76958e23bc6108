"""The rows of the blog, by noun: what a post says, posts and their authors, editing, pictures, and following."""

from blog.models.editing import Draft, Note, Proposal, Reason, Submission
from blog.models.following import Follow
from blog.models.pictures import Picture, PictureFile
from blog.models.posts import Author, Byline, Post, is_editor
from blog.models.writing import Language

__all__ = [
    "Author",
    "Byline",
    "Draft",
    "Follow",
    "Language",
    "Note",
    "Picture",
    "PictureFile",
    "Post",
    "Proposal",
    "Reason",
    "Submission",
    "is_editor",
]
