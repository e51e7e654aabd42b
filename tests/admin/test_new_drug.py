"""A new drug, and the second copy of one that is stopped."""

import pytest

from monographs.models import Drug, Edit, Identifier
from tests import builders
from tests.admin.forms import errors, posted, signed_in

pytestmark = pytest.mark.django_db
ADD = "/admin/monographs/drug/add/"


def sent(client, **changes):
    """Send the form of a new drug."""
    return client.post(ADD, posted(client.get(ADD)) | changes)


def test_a_new_drug_is_made_and_recorded(editor):
    response = sent(signed_in(editor), name="Aciclovir", slug="aciclovir")

    drug = Drug.objects.get()
    assert response.status_code == 302
    assert drug.lock_version == 1
    assert Edit.objects.get().by == editor


@pytest.mark.parametrize("name", ["Aciclovir", "ACICLOVIR", "aciclovir sodium"])
def test_a_name_that_another_drug_has_stops_with_a_link_to_it(editor, name):
    drug = builders.written("Aciclovir")

    response = sent(signed_in(editor), name=name, slug="another")

    assert f'This may be <a href="/admin/monographs/drug/{drug.pk}/change/">Aciclovir</a>, which exists.' in (
        response.content.decode()
    )
    assert Drug.objects.count() == 1


def test_the_salt_may_stand_in_the_older_name(editor):
    builders.written("Warfarin sodium")

    assert sent(signed_in(editor), name="Warfarin", slug="warfarin").status_code == 200
    assert Drug.objects.count() == 1


@pytest.mark.parametrize("system", ["unii", "vtm", "rxnorm"])
def test_a_code_that_another_drug_has_stops_with_its_name(editor, system):
    Identifier.objects.create(drug=builders.written("Aciclovir"), system=system, value="281")

    response = sent(
        signed_in(editor),
        name="Zovirol",
        slug="zovirol",
        **{"identifiers-TOTAL_FORMS": "1", "identifiers-0-system": system, "identifiers-0-value": "281"},
    )

    assert any("which exists" in error for error in errors(response))
    assert Drug.objects.count() == 1


def test_a_brand_of_another_drug_may_be_the_name_of_a_drug(editor):
    builders.written("Aciclovir").names.create(name="Zovirax", kind="brand")

    assert sent(signed_in(editor), name="Zovirax", slug="zovirax").status_code == 302
