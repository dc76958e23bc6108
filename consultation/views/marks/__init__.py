"""Pages of marking the ideas of an event, one module for each."""
