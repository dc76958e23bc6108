"""What can be read about people and organisations: counts, tables, the register and its files."""
