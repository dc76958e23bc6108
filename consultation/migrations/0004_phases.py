"""Phases, and the words of the page about the process. Staff may change all of these words."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TEXTS = {
    "about-lead": (
        "A plan for more co-operation",
        "A high street that its own customers bring back. A firm whose staff decide what becomes of it. A club, a bank or a farm "
        "shop in which everyone who uses it has a say. All of this exists already, in some places. Here the people behind it write "
        "a strategy together, so that there can be more of it.",
    ),
    "about-stake": (
        "What is at stake",
        "Much of what shapes our days is decided far away, by people we never meet. A house is sold, a shop shuts, a firm moves, "
        "and those who lose by it hear of it last.\n\n"
        "Where people own a thing together and each has a vote, that is different: they decide. Thousands of co-operatives show "
        "that it works. But many who would gain from one have never been asked, or found no help when they tried. If more people "
        "can work together on what troubles them, at home, at work and in the wider economy, more of them will have a say in it.",
    ),
    "about-need": (
        "What we need",
        "A strategy is of use only if it comes from those who will work with it. So we talk with organisations of every kind, in "
        "the co-operative sector and next to it: allotment societies and sports clubs, freelancers who share work, businesses that "
        "farmers own, housing co-ops, credit unions, village shops.\n\n"
        "We want to know three things:\n\n"
        "- **Help.** What support must be there for co-ops to do well?\n"
        "- **Each other.** What could co-ops do together that they now do alone?\n"
        "- **New ways.** Which new kinds of co-operation should get a start?\n\n"
        "The result must be practical: things that somebody will do, and by when. The [timeline](/timeline/) says how far we are.",
    ),
    "about-do": (
        "What we will do",
        "The strategy is written in the open, and you can take part in every step.\n\n"
        "1. **A reference panel leads.** Its chair and members run co-ops or know how new ones begin. [See who they are, and read "
        "the chair’s welcome](/panel/).\n"
        "2. **We build on what is there**: the strategies of the co-operative and community enterprise sectors, big ideas for new "
        "co-operation, and above all what co-ops need, today’s and tomorrow’s.\n"
        "3. **We write it with you**: with people who run co-ops, community enterprises and others that work together. [Read the "
        "draft](/strategy/) and say what you think.\n"
        "4. **Congress works on the framework**, at tables where everybody can speak. [See the events](/events/).\n"
        "5. **A census asks every co-op what it needs.** It is the first of its kind in the UK. [About the census](/census/).\n"
        "6. **An independent blog argues about all of it**, and the panel cannot touch it. [Read the blog](/blog/).",
    ),
    "about-now": (
        "What you can do now",
        "- **Write for the blog.** [Tell others what you think](/blog/write/) the sector needs, in a post of your own.\n"
        "- **Join in.** Read what others wrote there, and comment on it.\n"
        "- **Speak to the draft.** [Comment on a sentence](/strategy/), or suggest better words.\n"
        "- **Answer for your co-op.** [The census](/census/) takes 7 minutes in its short form.\n"
        "- **Keep an eye on us.** [The timeline](/timeline/) shows what comes next, what moved, and why.",
    ),
}


def write(apps, schema_editor) -> None:
    apps.get_model("consultation", "Text").objects.bulk_create(
        apps.get_model("consultation", "Text")(slug=slug, language="en-gb", title=title, body=body)
        for slug, (title, body) in TEXTS.items()
    )


def take_back(apps, schema_editor) -> None:
    apps.get_model("consultation", "Text").objects.filter(slug__in=TEXTS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("consultation", "0003_the_blog_has_pages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Follower",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follower",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "follower of the process",
                "verbose_name_plural": "followers of the process",
            },
        ),
        migrations.CreateModel(
            name="Phase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("name_cy", models.CharField(blank=True, max_length=80, verbose_name="name in Welsh")),
                ("purpose", models.TextField(max_length=1000, verbose_name="what it is for")),
                ("purpose_cy", models.TextField(blank=True, max_length=1000, verbose_name="what it is for, in Welsh")),
                ("todo", models.TextField(blank=True, max_length=2000, verbose_name="what one can do")),
                ("todo_cy", models.TextField(blank=True, max_length=2000, verbose_name="what one can do, in Welsh")),
                (
                    "opens",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("comment", "Comment on the draft strategy and suggest other words")],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="opens",
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(default=0, verbose_name="place in the list")),
                ("begins_on", models.DateField(verbose_name="planned first day")),
                ("ends_on", models.DateField(verbose_name="planned last day")),
                ("began_on", models.DateField(blank=True, null=True, verbose_name="first day in fact")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="last day in fact")),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "phase",
                "verbose_name_plural": "phases",
                "ordering": ["place", "begins_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("begins_on"))),
                        name="a_plan_ends_no_earlier_than_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.GreaterThanOrEqual(
                            django.db.models.functions.comparison.Coalesce("ended_on", "ends_on"),
                            django.db.models.functions.comparison.Coalesce("began_on", "begins_on"),
                        ),
                        name="a_phase_ends_no_earlier_than_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_on", None), ("began_on__isnull", False), _connector="OR"),
                        name="what_has_ended_has_begun",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhaseMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins_before", models.DateField()),
                ("begins_after", models.DateField()),
                ("ends_before", models.DateField()),
                ("ends_after", models.DateField()),
                ("reason", models.TextField(max_length=1000, verbose_name="why")),
                ("reason_cy", models.TextField(blank=True, max_length=1000, verbose_name="why, in Welsh")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "phase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="moves", to="consultation.phase"
                    ),
                ),
            ],
            options={
                "verbose_name": "move of a phase",
                "verbose_name_plural": "moves of phases",
                "ordering": ["made_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PhaseNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("begun", "It has begun"), ("moved", "It was moved"), ("ends-soon", "It ends soon")],
                        max_length=12,
                    ),
                ),
                ("key", models.CharField(max_length=80, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("announced_at", models.DateTimeField(null=True)),
                (
                    "move",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="consultation.phasemove",
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="consultation.phase"
                    ),
                ),
            ],
            options={
                "verbose_name": "notice of a phase",
                "verbose_name_plural": "notices of phases",
            },
        ),
        migrations.AddConstraint(
            model_name="phasemove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("begins_before", models.F("begins_after")), ("ends_before", models.F("ends_after")), _negated=True
                ),
                name="a_move_changes_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="phasemove",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="a_move_has_a_reason"
            ),
        ),
        migrations.RunPython(write, take_back),
    ]
