"""Who may do what on the panel. The chair is a member."""

import rules

from commons.people.models import Appointment, Role
from commons.people.rules import holds, is_staff
from panel.models import Anchor

is_member = holds(Role.PANEL_MEMBER, Role.CHAIR)
is_chair = holds(Role.CHAIR)
is_present = rules.is_authenticated & rules.is_active


@rules.predicate
def said_it(user: object, anchor: Anchor | None) -> bool:
    return anchor is not None and anchor.contribution.author_id == user.pk


@rules.predicate
def is_own_seat(user: object, appointment: Appointment | None) -> bool:
    return appointment is not None and appointment.user_id == user.pk


rules.add_perm("panel.give_to_section", is_present)
rules.add_perm("panel.say_if_applies", is_present & said_it)
rules.add_perm("panel.key_in_to_section", is_member | is_staff | holds(Role.SCRIBE))

rules.add_perm("panel.see_desk", is_member)
rules.add_perm("panel.save_draft", is_member)
rules.add_perm("panel.make_decision", is_member)
rules.add_perm("panel.undo_decision", is_member)
rules.add_perm("panel.record_dissent", is_member)
rules.add_perm("panel.approve_draft", is_member)
# A member who is not the chair may only when enough others agree; the action counts them.
rules.add_perm("panel.publish_section", is_member)
rules.add_perm("panel.open_section", is_chair)
rules.add_perm("panel.arrange_sections", is_chair)
rules.add_perm("panel.declare_seat", is_member & is_own_seat)
rules.add_perm("panel.edit_welcome", is_chair)
rules.add_perm("panel.export_contributions", is_member | is_staff)
