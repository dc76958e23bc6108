"""Pages through which notes come in at an event, and where they are read, one module for each."""
