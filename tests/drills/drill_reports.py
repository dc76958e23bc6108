"""Reports for tests and drills. Worker processes register them by including drill_worker_reports."""

from django import forms
from psycopg import sql

from commons.exports.reports import Report, guarded


class NumbersForm(forms.Form):
    rows = forms.IntegerField(min_value=0)
    seconds_each = forms.FloatField(required=False, min_value=0)
    text = forms.CharField(required=False)


class Numbers(Report):
    name = "drill-numbers"
    title = "Numbers"
    description = "As many numbered rows as you like."
    form_class = NumbersForm
    miscount = 0

    def may_run(self, user, params):
        return user.is_staff

    def count(self, cursor, params):
        cursor.execute("SELECT count(*) FROM generate_series(1, %s)", [params["rows"]])
        return cursor.fetchone()[0] + self.miscount

    def header(self, params):
        return ["number", "=text"]

    def query(self, params):
        slow = sql.SQL("WHERE pg_sleep({each} + 0 * n) IS NOT NULL").format(
            each=sql.Literal(params["seconds_each"] or 0)
        )
        text = guarded(sql.Identifier("word"))
        query = sql.SQL("SELECT n, {text} FROM generate_series(1, %s) AS s(n), (SELECT %s::text AS word) AS w {slow}")
        return query.format(text=text, slow=slow if params["seconds_each"] else sql.SQL("")), [
            params["rows"],
            params["text"],
        ]


class Nothing(Report):
    """`pieces` may be replaced by any function that yields (rows, bytes)."""

    name = "drill-nothing"
    title = "Nothing"
    extension = "txt"
    content_type = "text/plain; charset=utf-8"
    asks_purpose = False
    expected = 0

    def may_run(self, user, params):
        return True

    def count(self, cursor, params):
        return self.expected

    def pieces(self):
        return iter(())

    def chunks(self, params):
        return self.pieces()
