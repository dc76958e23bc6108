import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegisterImport",
            fields=[
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("claimed_at", models.DateTimeField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("cancel_asked_at", models.DateTimeField(editable=False, null=True)),
                ("reason", models.TextField(blank=True, editable=False)),
                ("done_count", models.PositiveBigIntegerField(default=0, editable=False)),
                ("total_count", models.PositiveBigIntegerField(editable=False, null=True)),
                ("finished_at", models.DateTimeField(editable=False, null=True)),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("edition", models.CharField(blank=True, max_length=7, verbose_name="edition")),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("file_size", models.PositiveBigIntegerField(verbose_name="bytes")),
                ("sha256", models.CharField(max_length=64)),
                ("row_count", models.PositiveIntegerField(default=0, verbose_name="rows in the file")),
                ("added_count", models.PositiveIntegerField(default=0, verbose_name="added")),
                ("changed_count", models.PositiveIntegerField(default=0, verbose_name="changed")),
                ("same_count", models.PositiveIntegerField(default=0, verbose_name="left alone, the same")),
                (
                    "doubled_count",
                    models.PositiveIntegerField(default=0, verbose_name="left alone, the same line again"),
                ),
                ("gone_count", models.PositiveIntegerField(default=0, verbose_name="not in the file")),
                ("remark_counts", models.JSONField(default=dict)),
                ("problems", models.JSONField(default=list)),
                ("problem_count", models.PositiveIntegerField(default=0)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="brought by",
                    ),
                ),
            ],
            options={
                "verbose_name": "register import",
                "verbose_name_plural": "register imports",
                "ordering": ["-asked_at", "-pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RegisterImportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField(null=True, verbose_name="line")),
                ("register_id", models.CharField(max_length=20, verbose_name="register id")),
                ("name", models.CharField(max_length=255, verbose_name="registered name")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("added", "Added"),
                            ("changed", "Changed"),
                            ("same", "Left alone: nothing has changed"),
                            ("doubled", "Left alone: the same line again"),
                            ("gone", "Left alone: not in this file"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("changes", models.JSONField(default=list)),
                ("remarks", models.JSONField(default=list)),
                ("same_as", models.PositiveIntegerField(null=True)),
                (
                    "register_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="people.registerimport"
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a register import",
                "verbose_name_plural": "lines of a register import",
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="registerimport",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "running"])),
                fields=["asked_at"],
                name="registerimport_unfinished",
            ),
        ),
        migrations.AddConstraint(
            model_name="registerimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", False), ("state__in", ("done", "failed", "cancelled"))),
                    models.Q(
                        models.Q(("state__in", ("done", "failed", "cancelled")), _negated=True),
                        ("finished_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="registerimport_has_an_end_only_when_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="registerimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "running"), _negated=True),
                    models.Q(("attempts__gte", 1), ("claimed_at__isnull", False), ("lease_until__isnull", False)),
                    _connector="OR",
                ),
                name="registerimport_runs_only_under_a_lease",
            ),
        ),
        migrations.AddConstraint(
            model_name="registerimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="registerimport_fails_only_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="registerimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    models.Q(
                        (
                            "row_count",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("added_count"), "+", models.F("changed_count")
                                    ),
                                    "+",
                                    models.F("same_count"),
                                ),
                                "+",
                                models.F("doubled_count"),
                            ),
                        ),
                        models.Q(("edition", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="register_import_accounts_for_every_row",
            ),
        ),
        migrations.AddIndex(
            model_name="registerimportrow",
            index=models.Index(fields=["register_import", "outcome", "id"], name="people_register_row_by_outcome"),
        ),
    ]
