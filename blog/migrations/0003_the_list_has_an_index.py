from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blog", "0002_drafts_know_their_page")]

    operations = [
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                models.OrderBy(models.F("pinned_at"), descending=True, nulls_last=True),
                models.OrderBy(models.F("public_from"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("standing", "published")),
                name="posts_as_listed",
            ),
        ),
    ]
