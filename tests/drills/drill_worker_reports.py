"""What a worker process includes (`celery worker --include`) to know the drills' reports."""

from commons.exports.reports import register
from tests.drills.drill_reports import Nothing, Numbers

for report in (Numbers, Nothing):
    register(report)
