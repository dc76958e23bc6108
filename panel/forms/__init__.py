"""What the panel and everybody else type, checked; one module for each kind of page."""
