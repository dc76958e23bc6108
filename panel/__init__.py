"""The reference panel and the framework it writes: drafts, versions, decisions, and the line from a voice to the words."""
