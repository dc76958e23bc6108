"""Who may do what in the consultation."""

import rules

from commons.people.rules import is_staff

rules.add_perm("consultation.edit_text", is_staff)
rules.add_perm("consultation.see_source_list", is_staff)
rules.add_perm("consultation.add_source", is_staff)
rules.add_perm("consultation.change_source", is_staff)
rules.add_perm("consultation.publish_source", is_staff)
rules.add_perm("consultation.withdraw_source", is_staff)
