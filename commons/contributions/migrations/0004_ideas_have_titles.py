"""An idea has a title. The search column is made anew, because the database cannot change how such a column is computed."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contributions", "0003_counts_from_an_index")]

    operations = [
        migrations.AddField(
            "contribution",
            "title",
            models.CharField(blank=True, max_length=120, verbose_name="title"),
        ),
        migrations.AddField("edit", "title", models.CharField(blank=True, max_length=120)),
        migrations.AddConstraint(
            "contribution",
            models.CheckConstraint(
                condition=models.Q(("kind", "idea"), ("title", ""), _connector="OR"), name="only_an_idea_has_a_title"
            ),
        ),
        # Checked: nothing but searching reads the column, and it is filled from the others again in the same statement.
        migrations.RemoveIndex("contribution", "contributions_search"),
        migrations.RemoveField("contribution", "search"),
        migrations.AddField(
            "contribution",
            "search",
            models.GeneratedField(
                db_persist=True,
                expression=django.contrib.postgres.search.SearchVector(
                    "title", "body", "replacement", config="english"
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            "contribution",
            django.contrib.postgres.indexes.GinIndex(fields=["search"], name="contributions_search"),
        ),
        migrations.AddIndex(
            "contribution",
            models.Index(
                condition=models.Q(("kind", "idea")), fields=["-made_at", "-id"], name="contributions_ideas_by_date"
            ),
        ),
    ]
