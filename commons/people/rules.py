"""Who may do what with people. The predicates are for reuse: every app above builds its sentences from them."""

import rules

from commons.people.models import Membership, Role


def holds(*roles: str) -> rules.predicates.Predicate:
    """A predicate: the person holds at least one of the roles, in force now."""
    wanted = frozenset(roles)
    return rules.predicate(
        lambda user: user.is_authenticated and bool(wanted & user.roles), name="holds:" + "|".join(sorted(wanted))
    )


is_staff = holds(Role.STAFF)
is_analyst = holds(Role.ANALYST)


@rules.predicate
def owns_membership(user: object, membership: Membership | None) -> bool:
    return membership is not None and membership.user_id == user.pk


rules.add_perm("people.ask_membership", rules.is_authenticated)
rules.add_perm("people.end_membership", is_staff | owns_membership)
rules.add_perm("people.verify_membership", is_staff)
rules.add_perm("people.decline_membership", is_staff)
rules.add_perm("people.see_people", is_staff)
rules.add_perm("people.appoint_person", is_staff)
rules.add_perm("people.end_appointment", is_staff)
rules.add_perm("people.import_register", is_staff)
rules.add_perm("people.see_doors", is_staff)
rules.add_perm("people.make_door", is_staff)
rules.add_perm("people.retire_door", is_staff)
rules.add_perm("people.reopen_door", is_staff)
# Whether a co-op has answered the census is known to those who may see the census board, and to nobody else.
rules.add_perm("people.see_missing", is_staff | is_analyst)

# What the admin asks. It shows and never writes: writing goes through actions, which keep the record.
for model in ("user", "organisation", "membership", "appointment"):
    rules.add_perm(f"people.view_{model}", is_staff)
