"""Who is here: people, the organisations they belong to, and the roles they have been appointed to."""
