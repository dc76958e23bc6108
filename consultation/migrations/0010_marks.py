"""Ballots get numbers that tell nothing; the room's screen, the proposals and wrong codes get what they need."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consultation", "0009_capture"), ("contributions", "0005_proposals")]

    operations = [
        # Both tables are empty: no release has had a page on which a ballot is given, so making them anew loses nothing.
        migrations.DeleteModel("Mark"),
        migrations.DeleteModel("Ballot"),
        migrations.AddField(
            model_name="event",
            name="proposals",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="event_proposals",
                to="contributions.thread",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="shows_marks_live",
            field=models.BooleanField(
                default=True, editable=False, verbose_name="counts on the screen while marking is open"
            ),
        ),
        migrations.CreateModel(
            name="Ballot",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("batch", models.CharField(blank=True, max_length=64)),
                ("made_on", models.DateField(default=django.utils.timezone.localdate)),
                ("cast_at", models.DateTimeField(null=True)),
                ("revision", models.PositiveIntegerField(default=0)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ballots", to="consultation.event"
                    ),
                ),
            ],
            options={
                "verbose_name": "ballot",
                "verbose_name_plural": "ballots",
            },
        ),
        migrations.CreateModel(
            name="BallotTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "wrong code for a ballot",
                "verbose_name_plural": "wrong codes for ballots",
                "indexes": [models.Index(fields=["source", "made_at"], name="ballot_tries_by_source")],
            },
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("desirable", "Most desirable"), ("achievable", "Most achievable")], max_length=10
                    ),
                ),
                (
                    "ballot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="consultation.ballot"
                    ),
                ),
                (
                    "idea",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="consultation.eventidea"
                    ),
                ),
            ],
            options={
                "verbose_name": "mark",
                "verbose_name_plural": "marks",
            },
        ),
        migrations.AddIndex(
            model_name="ballot",
            index=models.Index(condition=models.Q(("cast_at__isnull", False)), fields=["event"], name="ballots_cast"),
        ),
        migrations.AddIndex(
            model_name="mark",
            index=models.Index(fields=["idea", "kind"], name="marks_counted"),
        ),
        migrations.AddConstraint(
            model_name="mark",
            constraint=models.UniqueConstraint(
                fields=("ballot", "idea", "kind"), name="one_mark_per_ballot_idea_and_kind"
            ),
        ),
    ]
