"""Who may name and arrange the themes: the site's staff alone. A theme stands over posts of the blog, and over whatever else of
the site is sorted by it, so no single part of the site owns it. The blog's editors choose among the themes there are, and ask
staff for another; what they decide about posts is theirs all the same."""

import rules

from commons.people.rules import is_staff

rules.add_perm("themes.see_themes", is_staff)
rules.add_perm("themes.add_theme", is_staff)
rules.add_perm("themes.change_theme", is_staff)
rules.add_perm("themes.move_theme", is_staff)
rules.add_perm("themes.retire_theme", is_staff)
rules.add_perm("themes.restore_theme", is_staff)
