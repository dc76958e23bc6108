"""Who may do what in the consultation."""

import rules

from commons.people.rules import is_staff

rules.add_perm("consultation.edit_text", is_staff)
