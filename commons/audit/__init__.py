"""Who did what, and when: one table that can only be added to."""
