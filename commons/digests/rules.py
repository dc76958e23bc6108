"""Who may do what with notices: everybody with their own."""

import rules

is_present = rules.is_authenticated & rules.is_active

rules.add_perm("digests.list_notices", is_present)
rules.add_perm("digests.mark_notices_seen", is_present)
