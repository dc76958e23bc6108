"""Drills take minutes: things are killed, stopped and filled up, twenty times over."""
