"""Who may do what with exports. Whether a person may have the *contents* is asked of the report, each time anew."""

import rules

from commons.exports.models import ExportJob
from commons.people.rules import is_staff


@rules.predicate
def asked_for_it(user: object, job: ExportJob | None) -> bool:
    return job is not None and job.asked_by_id == user.pk


is_present = rules.is_authenticated & rules.is_active

rules.add_perm("exports.ask_for_export", is_present)
rules.add_perm("exports.see_export", is_present & asked_for_it)
rules.add_perm("exports.cancel_export", is_present & asked_for_it)
rules.add_perm("exports.retry_export", is_present & asked_for_it)
rules.add_perm("exports.reopen_export", is_staff)
rules.add_perm("exports.download_export", is_present & asked_for_it)
