"""What people give: threads, and the comments, suggestions, notes and ideas in them."""
