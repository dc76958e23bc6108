"""The blog has pages of its own now, so the text that said it would open is shown nowhere any more."""

from django.db import migrations


def drop(apps, schema_editor) -> None:
    # Checked: only the address blog/ showed this text, and it leads to the blog itself since.
    apps.get_model("consultation", "Text").objects.filter(slug="blog").delete()


class Migration(migrations.Migration):
    dependencies = [("consultation", "0002_first_texts")]
    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
