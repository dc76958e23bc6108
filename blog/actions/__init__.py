"""What can be done in the blog, by noun: writing, bylines, editing, pictures and following."""
