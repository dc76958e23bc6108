"""What leaves the census: the replies as a table, who may be called back, and the letters with codes.

Replies are written by Postgres itself from the frozen documents: `jsonb_to_record` takes a document apart once for all its
columns. Free text is guarded against being run as a formula; codes and labels are ours and cannot be one.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from psycopg import sql

from census.instrument import DONT_KNOW, PREFER_NOT, STATUSES, Variable, text, variables
from census.models import AccessCode, CodeBatch, Wave
from commons.exports.reports import Report, guarded, register
from commons.people.models import Region, Sector

STATUS_WORDS = {
    "answered": gettext_lazy("Answered"),
    "skipped": gettext_lazy("Left blank"),
    "not_asked": gettext_lazy("Not asked"),
    "dont_know": gettext_lazy("Don’t know"),
    "prefer_not": gettext_lazy("Prefer not to say"),
    "not_reached": gettext_lazy("Not reached"),
}
NOTHING = sql.SQL("")
RECORD_TYPES = {"number": "bigint", "text": "text"}


class WaveForm(forms.Form):
    wave = forms.ModelChoiceField(
        queryset=Wave.objects.filter(frame_frozen_at__isnull=False),
        label=gettext_lazy("Census"),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose a census."),
            "invalid_choice": gettext_lazy("Choose a census in the list."),
        },
    )


class ResponsesForm(WaveForm):
    show = forms.ChoiceField(
        label=gettext_lazy("How should answers be written?"),
        choices=[("codes", gettext_lazy("As codes, for programs")), ("labels", gettext_lazy("In words, for people"))],
        widget=forms.RadioSelect,
        initial="codes",
        error_messages={"required": gettext_lazy("Choose how answers should be written.")},
    )


def _cases(column: sql.Composable, words: dict[str, str]) -> sql.Composable:
    """The words for a code, or the code itself where there are none."""
    if not words:
        return column
    pairs = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(code), sql.Literal(label)) for code, label in words.items()
    )
    return sql.SQL("CASE {column} {pairs} ELSE {column} END").format(column=column, pairs=pairs)


class Columns:
    """The columns of a set of variables over the records `a` (answers) and `s` (statuses) of one reply."""

    def __init__(self, chosen: list[Variable], *, words: bool, with_statuses: bool) -> None:
        self.variables, self.words, self.with_statuses = chosen, words, with_statuses

    def record(self) -> sql.Composed:
        """The definition of `a`: what `jsonb_to_record` is to find in the answers."""
        kinds: dict[str, str] = {}
        for variable in self.variables:
            whole = variable.option is None and variable.row is None and variable.place is None
            kinds[variable.source] = RECORD_TYPES.get(variable.kind, "text") if whole else "jsonb"
        return sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(source), sql.SQL(kind)) for source, kind in kinds.items()
        )

    def statuses(self) -> list[str]:
        return list(dict.fromkeys(variable.status for variable in self.variables)) if self.with_statuses else []

    def status_record(self) -> sql.Composed:
        return sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(status)) for status in self.statuses())

    def in_order(self) -> Iterator[tuple[str, sql.Composable]]:
        """(name, expression) of every column; the status follows the last column it speaks for."""
        for place, variable in enumerate(self.variables):
            yield variable.name, self._value(variable)
            last = place + 1 == len(self.variables) or self.variables[place + 1].status != variable.status
            if self.with_statuses and last:
                status = sql.Identifier("s", variable.status)
                words = {code: str(STATUS_WORDS[code]) for code in STATUSES} if self.words else {}
                yield f"{variable.status}__status", _cases(status, words)

    def _value(self, variable: Variable) -> sql.Composable:
        source = sql.Identifier("a", variable.source)
        language = get_language() or "en"
        labels = {code: text(label, language) for code, label in variable.labels.items()} if self.words else {}
        if variable.option is not None:
            ticked = sql.SQL("({} ? {})").format(source, sql.Literal(variable.option))
            yes_no = sql.SQL("CASE {} WHEN true THEN {} WHEN false THEN {} END")
            return yes_no.format(ticked, *map(sql.Literal, (_("Yes"), _("No")) if self.words else ("1", "0")))
        if variable.row is not None:
            answer = sql.SQL("NULLIF(NULLIF({} ->> {}, {}), {})").format(
                source, sql.Literal(variable.row), sql.Literal(DONT_KNOW), sql.Literal(PREFER_NOT)
            )
            return _cases(answer, labels)
        if variable.place is not None:
            return _cases(sql.SQL("({} ->> {})").format(source, sql.Literal(variable.place - 1)), labels)
        if variable.kind == "text":
            return guarded(source)
        return _cases(source, labels)


class WaveReport(Report):
    """A report on one wave. A wave that is gone has no rows rather than an error."""

    form_class = WaveForm

    def wave_of(self, params: dict[str, Any]) -> Wave:
        return Wave.objects.select_related("instrument").get(pk=params["wave"])

    def title_for(self, params: dict[str, Any]) -> str:
        return f"{self.title}: {self.wave_of(params)}"


@register
class ResponsesReport(WaveReport):
    """One row a reply that was sent, without anything that says who sent it but its kind and place."""

    name = "census-responses"
    title = gettext_lazy("Census replies")
    description = gettext_lazy(
        "Every reply that was sent, one row each: the answers, and for each question whether it was answered, left blank or "
        "not asked. No names and nothing about who answered."
    )
    form_class = ResponsesForm

    def may_run(self, user: Any, params: dict[str, Any]) -> bool:
        return user.has_perm("census.export_responses")

    def _columns(self, params: dict[str, Any]) -> list[tuple[str, sql.Composable]]:
        words = params["show"] == "labels"
        sectors, regions = (dict(Sector.choices), dict(Region.choices)) if words else ({}, {})
        own = [
            ("reply", sql.SQL("r.reply")),
            ("sector", _cases(sql.SQL("st.sector"), {code: str(label) for code, label in sectors.items()})),
            ("region", _cases(sql.SQL("st.region"), {code: str(label) for code, label in regions.items()})),
            ("channel", sql.SQL("r.channel")),
            ("sent_on", sql.SQL("(sub.submitted_at AT TIME ZONE {})::date").format(sql.Literal(settings.TIME_ZONE))),
            ("number", sql.SQL("sub.number")),
        ]
        return [*own, *self._answers(params).in_order()]

    def _answers(self, params: dict[str, Any]) -> Columns:
        chosen = [variable for variable in variables(self.wave_of(params).questionnaire) if not variable.kept_apart]
        return Columns(chosen, words=params["show"] == "labels", with_statuses=True)

    def count(self, cursor: Any, params: dict[str, Any]) -> int:
        cursor.execute(sql.SQL("SELECT count(*) ") + self._source(params))
        return cursor.fetchone()[0]

    def header(self, params: dict[str, Any]) -> list[str]:
        return [name for name, _expression in self._columns(params)]

    def query(self, params: dict[str, Any]) -> tuple[sql.Composable, None]:
        answers = self._answers(params)
        select = sql.SQL("SELECT {columns} {source}").format(
            columns=sql.SQL(", ").join(expression for _name, expression in self._columns(params)),
            source=self._source(
                params,
                sql.SQL(
                    " CROSS JOIN LATERAL jsonb_to_record(sub.answers) AS a({record})"
                    " CROSS JOIN LATERAL jsonb_to_record(sub.statuses) AS s({status_record})"
                ).format(record=answers.record(), status_record=answers.status_record()),
            ),
        )
        return select + sql.SQL(" ORDER BY sub.id"), None

    @staticmethod
    def _source(params: dict[str, Any], more: sql.Composable = NOTHING) -> sql.Composed:
        """The rows of the file, each with whatever `more` joins to it."""
        return sql.SQL(
            "FROM census_submission sub JOIN census_response r ON r.id = sub.response_id JOIN census_case c ON c.id = r.case_id"
            " JOIN census_stratum st ON st.id = c.stratum_id {more}"
            " WHERE c.wave_id = {wave} AND sub.superseded_at IS NULL AND r.state = 'submitted'"
        ).format(more=more, wave=sql.Literal(int(params["wave"])))


@register
class ContactsReport(WaveReport):
    """Who may be called back, kept apart from the answers: no reply id stands here, so the two files cannot be joined."""

    name = "census-contacts"
    title = gettext_lazy("Census contacts")
    description = gettext_lazy(
        "The names and wishes of those who chose to give them. It cannot be joined to the replies."
    )

    def may_run(self, user: Any, params: dict[str, Any]) -> bool:
        return user.has_perm("census.export_contacts")

    def _columns(self, params: dict[str, Any]) -> Columns:
        chosen = [variable for variable in variables(self.wave_of(params).questionnaire) if variable.kept_apart]
        return Columns(chosen, words=True, with_statuses=False)

    @staticmethod
    def _source(params: dict[str, Any], more: sql.Composable = NOTHING) -> sql.Composed:
        return sql.SQL(
            "FROM (SELECT page.response_id, jsonb_object_agg(answer.key, answer.value) AS answers FROM ("
            " SELECT DISTINCT ON (v.response_id, v.page_key) v.response_id, v.answers FROM census_contactrevision v"
            " ORDER BY v.response_id, v.page_key, v.number DESC) page, jsonb_each(page.answers) answer"
            " GROUP BY page.response_id) known JOIN census_response r ON r.id = known.response_id"
            " JOIN census_case c ON c.id = r.case_id {more} WHERE c.wave_id = {wave} AND r.state = 'submitted'"
        ).format(more=more, wave=sql.Literal(int(params["wave"])))

    def count(self, cursor: Any, params: dict[str, Any]) -> int:
        cursor.execute(sql.SQL("SELECT count(*) ") + self._source(params))
        return cursor.fetchone()[0]

    def header(self, params: dict[str, Any]) -> list[str]:
        return ["organisation", *(name for name, _expression in self._columns(params).in_order())]

    def query(self, params: dict[str, Any]) -> tuple[sql.Composable, None]:
        columns = self._columns(params)
        record = sql.SQL(" CROSS JOIN LATERAL jsonb_to_record(known.answers) AS a({})").format(columns.record())
        chosen = [guarded(sql.SQL("c.name")), *(expression for _name, expression in columns.in_order())]
        select = sql.SQL("SELECT {} {}").format(sql.SQL(", ").join(chosen), self._source(params, record))
        return select + sql.SQL(" ORDER BY c.name, c.id"), None


class LettersForm(forms.Form):
    batch = forms.ModelChoiceField(
        queryset=CodeBatch.objects.all(),
        label=gettext_lazy("Which codes?"),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose which codes. If there are none, make some on the page of the census."),
            "invalid_choice": gettext_lazy("Choose codes in the list."),
        },
    )


@register
class LettersReport(Report):
    """One letter a code, ready to print on A4. The codes are drawn again from their rows, so a second print is the same."""

    name = "census-letters"
    title = gettext_lazy("Census letters")
    description = gettext_lazy(
        "Letters with the access codes of one run, one page each. Open the file in a browser and print it."
    )
    form_class = LettersForm
    extension = "html"
    content_type = "text/html; charset=utf-8"

    def may_run(self, user: Any, params: dict[str, Any]) -> bool:
        return user.has_perm("census.print_letters")

    def title_for(self, params: dict[str, Any]) -> str:
        return f"{self.title}: {CodeBatch.objects.get(pk=params['batch'])}"

    def _codes(self, params: dict[str, Any]) -> QuerySet:
        return AccessCode.objects.live().filter(batch=params["batch"]).order_by("pk")

    def count(self, cursor: Any, params: dict[str, Any]) -> int:
        return self._codes(params).count()

    def chunks(self, params: dict[str, Any]) -> Iterator[tuple[int, bytes]]:
        batch = CodeBatch.objects.select_related("wave").get(pk=params["batch"])
        shared = {
            "wave": batch.wave,
            "site_name": settings.SITE_NAME,
            "address": f"{settings.SITE_ADDRESS}/census/code/",
            "help_phone": settings.HELP_PHONE,
            "help_address": settings.HELP_ADDRESS,
        }
        yield 0, render_to_string("census/letters_head.html", shared).encode()
        for code in self._codes(params).select_related("case__organisation").iterator(chunk_size=500):
            letter = {**shared, "organisation": code.case.organisation, "case": code.case, "code": code.plain()}
            yield 1, render_to_string("census/letter.html", letter).encode()
        yield 0, b"</body></html>\n"
