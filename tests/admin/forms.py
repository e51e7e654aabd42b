"""Admin forms as tests read and send them."""

from django.contrib.auth.models import Permission
from django.test import Client

from tests import builders


def signed_in(person):
    """Return a browser in which a person is signed in."""
    client = Client()
    client.force_login(person)
    return client


def change_of(drug):
    """Return the address of a drug's form."""
    return f"/admin/monographs/drug/{drug.pk}/change/"


def posted(response):
    """Return what a browser would send of the form that a page shows."""
    context = response.context
    data = {}
    for form in _forms(context):
        for bound in form:
            value = bound.value()
            if value is None or value is False:
                continue
            if isinstance(value, list):
                data[bound.html_name] = [getattr(one, "pk", one) for one in value]
            else:
                data[bound.html_name] = "on" if value is True else getattr(value, "pk", value)
    return {**data, "_continue": "1"}


def _forms(context):
    """Yield every form of the page, the empty ones apart."""
    yield context["adminform"].form
    for inline in context["inline_admin_formsets"]:
        yield inline.formset.management_form
        yield from inline.formset.forms


def opened(client, drug):
    """Return what a browser would send of a drug's form as it stands."""
    return posted(client.get(change_of(drug)))


def errors(response):
    """Return all errors of the form that came back."""
    return [str(error) for error in response.context["errors"]]


def onlooker():
    """Return a person who may see everything and change nothing."""
    person = builders.person("onlooker")
    person.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return type(person).objects.get(pk=person.pk)
