"""Pages of the process, one module for each noun."""
