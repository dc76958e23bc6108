"""Who may do what in the consultation."""

import rules

from commons.contributions.rules import is_published
from commons.people.models import Role
from commons.people.rules import holds, is_staff
from consultation.models import Event, EventHelper

is_present = rules.is_authenticated & rules.is_active


def helps_at(event: Event, user: object, part: str) -> bool:
    return event.helpers.filter(person=user.pk, part=part).exists()


@rules.predicate
def is_at_the_door(user: object, event: Event | None) -> bool:
    return event is not None and user.is_authenticated and helps_at(event, user, EventHelper.Part.DOOR)


@rules.predicate
def is_facilitator(user: object, event: Event | None) -> bool:
    return event is not None and user.is_authenticated and helps_at(event, user, EventHelper.Part.FACILITATOR)


rules.add_perm("consultation.edit_text", is_staff)
rules.add_perm("consultation.add_phase", is_staff)
rules.add_perm("consultation.change_phase", is_staff)
rules.add_perm("consultation.move_phase", is_staff)
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
rules.add_perm("consultation.see_marks", is_staff)
rules.add_perm("consultation.give_ballots", is_staff)
rules.add_perm("consultation.give_ballot_to", is_staff | is_at_the_door)
rules.add_perm("consultation.open_marks", is_staff)
rules.add_perm("consultation.close_marks", is_staff)
rules.add_perm("consultation.show_marks", is_staff)
rules.add_perm("consultation.freeze_marks", is_staff)
rules.add_perm("consultation.publish_marks", is_staff)
rules.add_perm("consultation.choose_proposals", is_staff)
rules.add_perm("consultation.see_screen", is_staff | is_facilitator)
rules.add_perm("consultation.export_marks", is_staff)
