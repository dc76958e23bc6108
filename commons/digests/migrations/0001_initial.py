import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.SlugField(max_length=40)),
                ("key", models.CharField(max_length=120)),
                ("subject", models.CharField(max_length=200)),
                ("text", models.TextField(blank=True)),
                ("path", models.CharField(max_length=500)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "mail_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not for e-mail"),
                            ("waiting", "Waiting to be sent"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("unknown", "Perhaps sent"),
                            ("failed", "Not sent"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("mail_due_at", models.DateTimeField(null=True)),
                ("mail_claimed_at", models.DateTimeField(null=True)),
                ("mail_attempts", models.PositiveSmallIntegerField(default=0)),
                ("mailed_at", models.DateTimeField(null=True)),
                ("mail_reason", models.TextField(blank=True)),
                ("message_id", models.CharField(blank=True, max_length=200)),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["-made_at", "-pk"],
                "indexes": [
                    models.Index(fields=["recipient", "-made_at"], name="notices_of_one_person"),
                    models.Index(condition=models.Q(("seen_at", None)), fields=["recipient"], name="notices_not_seen"),
                    models.Index(
                        condition=models.Q(("mail_state__in", ["waiting", "sending"])),
                        fields=["mail_due_at"],
                        name="notices_to_mail",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("recipient", "key"), name="one_notice_per_recipient_and_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mail_state__in", ["sending", "sent", "unknown"]), _negated=True),
                            models.Q(("message_id", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="notice_leaves_only_with_a_message_id",
                    ),
                ],
            },
        ),
    ]
