"""The process itself: what it is, where it has got to, and how to take part."""
