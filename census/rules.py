"""Who may do what in the census. Staff watch who has not been heard; only census analysts read or take away answers.

A code opens the reply of its case, so whoever can make or print one could read the reply: that too is for analysts only.
"""

import rules

from commons.people.rules import is_analyst, is_staff

rules.add_perm("census.see_wave", is_staff | is_analyst)
rules.add_perm("census.see_answers", is_analyst)
rules.add_perm("census.export_responses", is_analyst)
rules.add_perm("census.export_contacts", is_analyst)
rules.add_perm("census.issue_codes", is_analyst)
rules.add_perm("census.print_letters", is_analyst)
rules.add_perm("census.revoke_code", is_staff)
rules.add_perm("census.note_refusal", is_staff | is_analyst)
rules.add_perm("census.extend_close", is_staff)
