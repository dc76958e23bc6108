"""What people type in the blog, by noun, checked and never saved."""
