"""Nothing of feedback is left that could be put in an order. It has no rows anywhere yet: events came with the migration before
this one and no page takes feedback, so the table is made anew with numbers drawn by lot.

The text that stood at /events/ until there were events is dropped in whatever language: no page shows it any more, and it said
only that dates will come.
"""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

WORTH = [("very", "Very"), ("mostly", "Mostly"), ("partly", "Partly"), ("not", "Not at all")]


def drop_text(apps, schema_editor) -> None:
    apps.get_model("consultation", "Text").objects.filter(slug="events").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("consultation", "0007_events"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(drop_text, migrations.RunPython.noop),
        migrations.DeleteModel(name="EventFeedback"),
        migrations.CreateModel(
            name="EventFeedback",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("worth", models.CharField(choices=WORTH, max_length=8, verbose_name="was it worth your time")),
                ("heard", models.CharField(choices=WORTH, max_length=8, verbose_name="did you feel heard")),
                ("best", models.TextField(blank=True, max_length=2000, verbose_name="what was best")),
                ("better", models.TextField(blank=True, max_length=2000, verbose_name="what should be better")),
                ("given_on", models.DateField(default=django.utils.timezone.localdate)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feedback",
                        to="consultation.event",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "feedback on an event",
                "verbose_name_plural": "feedback on events",
                "ordering": ["pk"],
            },
        ),
        migrations.RemoveField(model_name="registration", name="fed_back_at"),
        migrations.AddField(
            model_name="registration", name="has_fed_back", field=models.BooleanField(default=False, editable=False)
        ),
        migrations.AddField(
            model_name="event", name="cancelled_at", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.AddField(
            model_name="event", name="cancel_announced_at", field=models.DateTimeField(editable=False, null=True)
        ),
    ]
