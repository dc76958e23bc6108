"""Who may do what in the consultation."""

import rules

from commons.contributions.rules import is_published
from commons.people.models import Role, User
from commons.people.rules import holds, is_staff
from consultation.models import EventHelper, Registration

is_present = rules.is_authenticated & rules.is_active


def helps_as(part: str) -> rules.predicates.Predicate:
    """A predicate: staff named them for this part at this event, and at no other."""
    return rules.predicate(
        lambda user, event: event is not None and event.helpers.filter(person=user.pk, part=part).exists(),
        name=f"helps_as:{part}",
    )


helps_at_door = helps_as(EventHelper.Part.DOOR)
facilitates = helps_as(EventHelper.Part.FACILITATOR)


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


# --- Events -------------------------------------------------------------------------------------------------------------------


@rules.predicate
def is_own(user: User, registration: Registration | None) -> bool:
    return registration is not None and registration.person_id == user.pk


for verb in (
    "see_event_list",
    "see_event",
    "add_event",
    "change_event",
    "move_event",
    "publish_event",
    "cancel_event",
    "add_session",
    "change_session",
    "drop_session",
    "publish_minutes",
    "add_helper",
    "drop_helper",
    "see_registration_list",
    "read_access_needs",
    "see_feedback",
    "export_registrations",
):
    rules.add_perm(f"consultation.{verb}", is_staff)
rules.add_perm("consultation.register_person", is_present)
rules.add_perm("consultation.see_ticket", is_present)
rules.add_perm("consultation.give_feedback", is_present)
rules.add_perm("consultation.cancel_registration", is_staff | is_present & is_own)
rules.add_perm("consultation.check_in", is_staff | is_present & helps_at_door)
rules.add_perm("consultation.undo_check_in", is_staff | is_present & helps_at_door)
rules.add_perm("consultation.register_walk_in", is_staff | is_present & helps_at_door)
rules.add_perm("consultation.open_tables", is_staff)
rules.add_perm("consultation.group_notes", is_present & (is_staff | facilitates))
rules.add_perm("consultation.see_marks", is_staff)
rules.add_perm("consultation.give_ballots", is_staff)
rules.add_perm("consultation.give_ballot_to", is_staff | is_present & helps_at_door)
rules.add_perm("consultation.open_marks", is_staff)
rules.add_perm("consultation.close_marks", is_staff)
rules.add_perm("consultation.show_marks", is_staff)
rules.add_perm("consultation.freeze_marks", is_staff)
rules.add_perm("consultation.publish_marks", is_staff)
rules.add_perm("consultation.choose_proposals", is_staff)
rules.add_perm("consultation.see_screen", is_staff | is_present & facilitates)
rules.add_perm("consultation.export_marks", is_staff)
