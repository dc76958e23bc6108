"""The themes under which people look for things: posts, and whatever else is sorted by what it is about."""
