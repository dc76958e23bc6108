"""Reading notices: the newest few, and how many are unseen."""

from typing import Any

from commons.digests.models import Notice


def unseen_count(user: Any) -> int:
    """How many notices the person has not looked at: one query on a small index, or none for a visitor."""
    return Notice.objects.visible_to(user).unseen().count() if user.is_authenticated else 0


def recent(user: Any, most: int = 5) -> list[Notice]:
    """The person's newest notices, for the list in digests/_recent.html."""
    return list(Notice.objects.visible_to(user)[:most])
