"""Who may read the record. People stand above this app, so it asks them for their role by name."""

import rules


@rules.predicate
def is_staff(user: object) -> bool:
    return user.is_authenticated and user.has_role("staff")


rules.add_perm("audit.see_entries", is_staff)
