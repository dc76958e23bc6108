"""Who may do what in the consultation."""

import rules

from commons.people.rules import is_staff

rules.add_perm("consultation.edit_text", is_staff)
rules.add_perm("consultation.add_phase", is_staff)
rules.add_perm("consultation.change_phase", is_staff)
rules.add_perm("consultation.move_phase", is_staff)
rules.add_perm("consultation.begin_phase", is_staff)
rules.add_perm("consultation.end_phase", is_staff)
rules.add_perm("consultation.follow_process", rules.is_authenticated & rules.is_active)
