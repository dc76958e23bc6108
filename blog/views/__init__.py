"""The pages of the blog, by noun: reading, writing, and the editors' desk."""
