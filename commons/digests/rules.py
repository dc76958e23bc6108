"""Who may do what with notices: everybody with their own."""

import rules

from commons.people.rules import is_staff

is_present = rules.is_authenticated & rules.is_active

rules.add_perm("digests.see_notices", is_present)
rules.add_perm("digests.change_subscription", is_present)
rules.add_perm("digests.resume_address", is_present)
rules.add_perm("digests.see_queues", is_staff)
rules.add_perm("digests.send_again", is_staff)
