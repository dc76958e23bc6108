"""The pages of the shell, one module for each noun."""
