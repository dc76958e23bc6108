"""What we tell people: one fact for one person, kept on the site and, when it matters, sent by e-mail."""
