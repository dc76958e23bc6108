"""Who may do what in the consultation."""

import rules

from commons.contributions.rules import is_published
from commons.people.models import Role
from commons.people.rules import holds, is_staff

is_present = rules.is_authenticated & rules.is_active

rules.add_perm("consultation.edit_text", is_staff)
rules.add_perm("consultation.add_phase", is_staff)
rules.add_perm("consultation.change_phase", is_staff)
rules.add_perm("consultation.move_phase", is_staff)
rules.add_perm("consultation.call_off_phase", is_staff)
rules.add_perm("consultation.begin_phase", is_staff)
rules.add_perm("consultation.end_phase", is_staff)
rules.add_perm("consultation.follow_process", is_present)
rules.add_perm("consultation.see_source_list", is_staff)
rules.add_perm("consultation.add_source", is_staff)
rules.add_perm("consultation.change_source", is_staff)
rules.add_perm("consultation.publish_source", is_staff)
rules.add_perm("consultation.withdraw_source", is_staff)
rules.add_perm("consultation.add_idea", is_present)
rules.add_perm("consultation.comment_on_idea", is_present & is_published)
rules.add_perm("consultation.export_library", is_staff | holds(Role.PANEL_MEMBER, Role.CHAIR))
