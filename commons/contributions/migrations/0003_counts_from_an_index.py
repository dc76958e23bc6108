from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contributions", "0002_independent_and_slow_threads")]

    operations = [
        migrations.RemoveIndex(model_name="contribution", name="contributions_by_date"),
        migrations.AlterField(
            model_name="contribution",
            name="thread",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.PROTECT,
                related_name="contributions",
                to="contributions.thread",
            ),
        ),
        migrations.AddIndex(
            model_name="contribution",
            index=models.Index(
                fields=["thread", "-made_at", "-id"], include=("standing", "parent"), name="contributions_by_date"
            ),
        ),
        migrations.AddIndex(
            model_name="contribution",
            index=models.Index(
                condition=models.Q(("standing", "published")), fields=["-made_at", "-id"], name="contributions_newest"
            ),
        ),
    ]
