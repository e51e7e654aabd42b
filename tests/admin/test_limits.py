"""What one request may bring: every form of the site with room to grow, no file, and never a traceback."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from monographs.models import Drug
from tests import builders, pages
from tests.admin.forms import change_of, errors, opened, signed_in

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"


def assert_too_much(response, sentence):
    """Check the page of a request that brings too much."""
    assert response.status_code == 413
    page = response.content.decode()
    assert sentence in page
    assert "Nothing was changed." in page
    assert "Traceback" not in page


@pytest.fixture
def client():
    """A client that gets the answer 500 as a browser does."""
    return Client(raise_request_exception=False)


def test_the_largest_form_of_the_starter_could_be_three_times_as_large(lead):
    pages.starter()
    client = signed_in(lead)
    forms = {drug.slug: opened(client, drug) for drug in Drug.objects.filter(name__startswith="Sodium")}

    fields = max(len(form) for form in forms.values())
    size = max(sum(len(name) + len(str(value)) for name, value in form.items()) for form in forms.values())

    assert fields > 300
    assert fields * 3 < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    assert size * 10 < settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_a_form_with_a_hundred_links_is_saved(editor):
    drug = builders.written()
    client = signed_in(editor)
    links = {
        f"links-{n}-{name}": value
        for n in range(100)
        for name, value in {
            "url": f"https://www.example.org/{n}",
            "title": f"Guideline {n}",
            "relation": "guideline",
            "reason": "Read it.",
            "position": n,
        }.items()
    }

    response = client.post(change_of(drug), opened(client, drug) | links | {"links-TOTAL_FORMS": "100"})

    assert response.status_code == 302, errors(response)
    assert drug.links.count() == 100


def test_a_form_that_is_too_large_is_refused_in_words(client):
    data = {"username": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}

    assert_too_much(client.post(LOGIN, data), "larger than any form of this site")
    urlencoded = client.post(
        LOGIN, "username=" + data["username"], content_type="application/x-www-form-urlencoded"
    )
    assert_too_much(urlencoded, "larger than any form of this site")


def test_too_many_fields_are_refused_in_words(client):
    body = "&".join(f"f{n}=" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 2))

    response = client.post(LOGIN, body, content_type="application/x-www-form-urlencoded")

    assert_too_much(response, "more fields than any form")


def test_an_address_with_too_many_parameters_is_refused_in_words(client):
    query = "&".join(f"f{n}=" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 2))

    assert_too_much(client.get(f"/search/?{query}"), "more fields than any form")


@pytest.mark.parametrize("address", [LOGIN, "/admin/monographs/drug/add/"])
def test_a_file_is_refused_in_words(client, lead, address):
    client.force_login(lead)

    response = client.post(address, {"name": "x", "file": SimpleUploadedFile("dose.csv", b"a,b")})

    assert_too_much(response, "This site takes no files.")


def test_a_broken_body_is_refused_in_words(client):
    broken = client.post(LOGIN, b"--x\r\nnonsense", content_type="multipart/form-data; boundary=")

    assert broken.status_code == 400
    assert "could not be read" in broken.content.decode()
