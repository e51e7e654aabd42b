"""Give live rows their profile, and links what their editors saw of the target."""

from django.db import migrations


def give_profiles(apps, schema_editor):
    """Write class and flags of each live row, and copy name and profile to the links that lead there."""
    live_rows = apps.get_model("monographs", "LiveDrug").objects.select_related("drug_class")
    links = apps.get_model("monographs", "CrossLink").objects
    for live in live_rows.iterator(chunk_size=500):
        live.profile = "; ".join(filter(None, [live.drug_class.name, ", ".join(live.flags)]))
        live.save(update_fields=["profile"])
        links.filter(to_drug=live.pk).update(name_seen=live.name, profile_seen=live.profile)
    for drug_class in apps.get_model("monographs", "DrugClass").objects.filter(linked_from__isnull=False):
        links.filter(to_class=drug_class.pk).update(name_seen=drug_class.name)


class Migration(migrations.Migration):
    dependencies = [("monographs", "0002_life_and_links")]
    operations = [migrations.RunPython(give_profiles, migrations.RunPython.noop)]
