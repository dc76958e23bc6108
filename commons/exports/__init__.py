"""Files that people ask for: made by a worker, counted, hashed, kept for a week, given only to who asked."""
