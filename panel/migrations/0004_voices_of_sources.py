"""A source of the library can stand behind a decision. What `post_revision` said of posts is said of sources too, so it is called
`revision` now."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultation", "0005_the_library"),
        ("panel", "0003_voices_of_posts"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="voice", name="a_voice_is_one_thing"),
        migrations.RenameField(model_name="voice", old_name="post_revision", new_name="revision"),
        migrations.AddField(
            model_name="voice",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="voices",
                to="consultation.source",
            ),
        ),
        migrations.AddConstraint(
            model_name="voice",
            constraint=models.UniqueConstraint(fields=("decision", "source"), name="one_voice_per_decision_and_source"),
        ),
        migrations.AddConstraint(
            model_name="voice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("contribution__isnull", False),
                        ("post", None),
                        ("quote", ""),
                        ("revision", None),
                        ("source", None),
                    ),
                    models.Q(
                        ("contribution", None),
                        ("post__isnull", False),
                        ("revision__isnull", False),
                        ("source", None),
                    ),
                    models.Q(
                        ("contribution", None),
                        ("post", None),
                        ("revision__isnull", False),
                        ("source__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_voice_is_one_thing",
            ),
        ),
    ]
