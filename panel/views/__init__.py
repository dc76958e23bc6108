"""Pages of the framework and of the panel, one module for each room."""
