"""`manage.py import_register FILE`: bring a register file from the command line."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from commons.people.actions.register import RegisterRefused
from commons.people.models import RegisterImport
from commons.people.reports.register_file import ODD, Problem
from commons.people.tasks.register import AlreadyImporting, import_register
from commons.queues import State


class Command(BaseCommand):
    help = (
        "Import a register file (the open data of Co-operatives UK, CSV). It adds and changes organisations and never "
        "deletes one. When anything in the file is wrong, nothing is imported and every problem is listed with its line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--edition", default="", help="which edition it is, as 2017-06; else its newest date tells")

    def handle(self, *, file: Path, edition: str, verbosity: int, **options: object) -> None:
        def watch(row: RegisterImport) -> None:
            if verbosity > 0:
                self.stderr.write(f"read {row.done_count * 100 // max(row.file_size, 1)} %")

        try:
            with file.open("rb") as stream:
                row = import_register(stream, by=None, file_name=file.name, edition=edition, watch=watch)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}. Nothing was imported.") from error
        except RegisterRefused as refused:
            raise CommandError(f"{file}: {refused}") from refused
        except AlreadyImporting as error:
            raise CommandError("A worker is importing this very file. See the page /staff/register/.") from error
        if row.state != State.DONE:
            raise CommandError("\n".join([f"{file}: {row.reason}", *self._problems(row)]))
        self._sum_up(row)

    def _problems(self, row: RegisterImport) -> list[str]:
        problems = [Problem(**problem) for problem in row.problems]
        lines = [
            f"  {f'line {problem.line}' if problem.line else 'the file'}"
            f"{f', {problem.column}' if problem.column else ''}: {problem.says}"
            for problem in problems
        ]
        if row.problem_count > len(problems):
            lines.append(f"  and {row.problem_count - len(problems)} more")
        return lines

    def _sum_up(self, row: RegisterImport) -> None:
        out = self.stdout.write
        out(f"Edition {row.edition}, {row.row_count:,} rows in {row.file_name}:")
        for count, what in (
            (row.added_count, "added"),
            (row.changed_count, "changed"),
            (row.same_count, "left alone, because nothing has changed"),
            (row.doubled_count, "left alone, because the same line stands in the file before"),
        ):
            out(f"{count:>8,}  {what}")
        out(f"{row.gone_count:>8,}  organisations of the register are not in this file; they stay as they are")
        if row.remark_counts:
            out("Odd, and taken as it stands:")
            for remark in filter(row.remark_counts.get, ODD):
                out(f"{row.remark_counts[remark]:>8,}  {ODD[remark]}")
        out(f"Row by row: /staff/register/{row.pk}/")
