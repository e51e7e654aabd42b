from django.db import migrations


class Migration(migrations.Migration):
    """Two names that are alike are called a look-alike pair."""

    dependencies = [("monographs", "0008_missed_words")]

    operations = [
        migrations.AlterModelOptions(
            name="lookalike",
            options={
                "permissions": [("decide_lookalike", "Can confirm or dismiss a look-alike pair")],
                "verbose_name": "look-alike pair",
            },
        ),
    ]
