import json

import django.db.models.deletion
import monographs.models.fields
from django.db import migrations, models


def fill_components(apps, schema_editor):
    """Write the components of the text that readers see, or saw last, beside the other columns of lists."""
    live_drug = apps.get_model("monographs", "LiveDrug")
    release = apps.get_model("monographs", "Release")
    for live in live_drug.objects.select_related("monograph").iterator(chunk_size=200):
        text = live.monograph
        if text is None:
            shown = release.objects.filter(drug=live.drug_id, part="monograph", revision__isnull=False)
            text = shown.select_related("revision").latest("pk").revision
        components = [row["name"] for row in json.loads(text.document).get("components", [])]
        if components:
            live_drug.objects.filter(pk=live.pk).update(components=components)


class Migration(migrations.Migration):

    dependencies = [
        ('monographs', '0005_letters_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchHead',
            fields=[
                ('pk', models.CompositePrimaryKey('tier', 'key', 'head', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tier', models.PositiveSmallIntegerField(help_text='The tier of the keys that `head` is one of.')),
                ('key', models.BigIntegerField()),
                ('head', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='SearchName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('drug', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='search_names', to='monographs.drug')),
                ('name', models.CharField(max_length=200)),
                ('norm', monographs.models.fields.NormalisedNameField(editable=False, max_length=200, of='name')),
                ('kind', models.CharField(choices=[('inn', 'International non-proprietary name'), ('ban', 'British approved name'), ('usan', 'United States adopted name'), ('generic', "Generic name that no INN covers, such as a combination's"), ('brand', 'Brand'), ('synonym', 'Synonym or former name'), ('abbreviation', 'Abbreviation'), ('component', 'Name of a component')], help_text='What kind of name it is, or that it names a component.', max_length=40)),
                ('market', models.CharField(blank=True, choices=[('GB', 'the United Kingdom'), ('IE', 'Ireland'), ('EU', 'the European Union'), ('US', 'the United States'), ('CA', 'Canada'), ('AU', 'Australia'), ('NZ', 'New Zealand'), ('DE', 'Germany'), ('FR', 'France'), ('ES', 'Spain'), ('IT', 'Italy'), ('RS', 'Serbia'), ('JP', 'Japan'), ('IN', 'India')], max_length=2)),
                ('is_current', models.BooleanField(default=True)),
                ('weight', models.PositiveSmallIntegerField(help_text="The less, the more it is the drug's own name.")),
                ('in_document', models.BooleanField(help_text='Whether it stands in the text that readers see, or saw last.')),
                ('has_page', models.BooleanField(help_text='Whether readers have a page of the drug, perhaps a withdrawn one.')),
                ('is_first', models.BooleanField(help_text='One for each drug that can be found at all.')),
            ],
        ),
        migrations.CreateModel(
            name='SearchKey',
            fields=[
                ('pk', models.CompositePrimaryKey('tier', 'key', 'size', 'name', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tier', models.PositiveSmallIntegerField(help_text='How the key was made: see `names.keys.Tier`.')),
                ('key', models.BigIntegerField()),
                ('size', models.PositiveSmallIntegerField(help_text='How many letters the form of the name has.')),
                ('name', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='monographs.searchname')),
            ],
        ),
        migrations.AddField(
            model_name='livedrug',
            name='components',
            field=models.JSONField(default=list, help_text='Names of the substances of a combination.'),
        ),
        migrations.RunPython(fill_components, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='identifier',
            index=models.Index(fields=['value'], name='identifier_by_value'),
        ),
        migrations.AddIndex(
            model_name='searchname',
            index=models.Index(fields=['norm', 'drug'], name='search_by_norm'),
        ),
        migrations.AddIndex(
            model_name='searchname',
            index=models.Index(fields=['weight', 'norm'], name='search_by_weight'),
        ),
        migrations.AddConstraint(
            model_name='searchname',
            constraint=models.UniqueConstraint(fields=('drug', 'norm', 'kind', 'market'), name='search_name_once'),
        ),
        migrations.AddConstraint(
            model_name='searchname',
            constraint=models.UniqueConstraint(condition=models.Q(('is_first', True)), fields=('drug',), name='search_name_first'),
        ),
    ]
