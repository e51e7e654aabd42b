"""Every address of the site: by walking the resolver, and by following what pages lead to."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.urls import Resolver404, URLResolver, get_resolver, resolve

from monographs.models import (
    Credential,
    CrossLink,
    Drug,
    LiveDrug,
    MissedWord,
    Note,
    Revision,
    SafetyNotice,
)

# Answered before the resolver is asked.
OUTSIDE = ("/healthz", "/readyz")
HERE = "http://testserver"
MOST = 2
# The end of a link to set a password that is good; the world has it.
TOKEN = "a-token-that-the-tests-know"
# Where an address is an attribute, and whether a browser asks it without being told to.
LEADS = {"a": "href", "link": "href", "script": "src", "img": "src"}
NEVER_FOLLOWED = ("/admin/logout/",)


@dataclass
class Tag:
    """A tag as a browser reads it: its name, its attributes, and the form in which it stands."""

    name: str
    attrs: dict[str, str]
    form: int = 0


class Page(HTMLParser):
    """The tags of a page, the text of its inline scripts apart."""

    def __init__(self, text):
        """Read a page."""
        super().__init__()
        self.tags, self.forms = [], 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Keep a tag."""
        self.forms += tag == "form"
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}, self.forms))

    def leads(self):
        """Yield every address that the page leads to by itself, forms that are sent by GET too."""
        for tag in self.tags:
            if tag.attrs.get(LEADS.get(tag.name, "")):
                yield tag.attrs[LEADS[tag.name]]
            if tag.attrs.get("data-ajax--url"):
                asked = {name: tag.attrs[f"data-{name.replace('_', '-')}"] for name in AUTOCOMPLETE}
                yield f"{tag.attrs['data-ajax--url']}?{urlencode(asked)}"
            if tag.name == "form" and tag.attrs.get("method", "get").lower() == "get":
                yield f"{tag.attrs.get('action', '')}?{urlencode(self.filled(tag.form))}"

    def filled(self, form):
        """Return what a browser would send of a form that nobody touched, texts and choices apart."""
        fields = (
            tag for tag in self.tags if tag.form == form and tag.name == "input" and "name" in tag.attrs
        )
        return {
            tag.attrs["name"]: tag.attrs.get("value", "")
            for tag in fields
            if tag.attrs.get("type") not in ("checkbox", "radio", "submit") or "checked" in tag.attrs
        }


AUTOCOMPLETE = ("app_label", "model_name", "field_name")


@dataclass
class Visit:
    """An address that was asked for, and what it answered; `led_by` is the page that leads to it.

    The answer itself is not kept: a test's answer holds all that its page was drawn from.
    """

    address: str
    led_by: str
    status: int
    headers: dict[str, str]
    has_cookie: bool
    body: bytes = field(repr=False)

    @classmethod
    def to(cls, client, address, led_by="", method="GET", data=()):
        """Ask for an address, or send data to it."""
        response = asked(client, method, address, data)
        headers, has_cookie = dict(response.headers), bool(response.cookies)
        return cls(address, led_by, response.status_code, headers, has_cookie, response.read)

    @property
    def is_html(self):
        """Tell whether a browser reads it as a page."""
        return self.headers.get("Content-Type", "").startswith("text/html")

    def fields(self):
        """Return the names of all fields of all forms of a page."""
        named = (tag for tag in Page(self.text).tags if tag.name in ("input", "select", "textarea", "button"))
        return {tag.attrs["name"] for tag in named if tag.attrs.get("name")}

    @property
    def text(self):
        """Return what was answered."""
        return self.body.decode()


def asked(client, method, address, data=()):
    """Ask for an address, or send data to it; return the answer, its body as `read`, that of a file too."""
    response = getattr(client, method.lower())(address, dict(data))
    response.read = b"".join(response.streaming_content) if response.streaming else response.content
    return response


def crawl(client, *roots, below="/", most=MOST, queried=1):
    """Ask for the roots and for all below an address that they lead to; yield a Visit for each answer.

    Of a route the first `most` addresses are asked, and the first `queried`
    with each parameter that the route knows.
    """
    waiting, seen, met = [(root, "") for root in roots], set(roots), Counter()
    while waiting:
        address, led_by = waiting.pop(0)
        visit = Visit.to(client, address, led_by)
        yield visit
        for found in _led_to(visit):
            if found in seen or not found.startswith(below) or found.startswith(NEVER_FOLLOWED):
                continue
            seen.add(found)
            kinds = _kinds(found)
            if any(met[kind] < (queried if kind[1] else most) for kind in kinds):
                waiting.append((found, address))
            met.update(kinds)


def _kinds(address):
    """Return (route, parameter) of each parameter of an address; (route, "") of one without."""
    return {(route_of(path_of(address)), name) for name in parameters_of(address) or {""}}


def _led_to(visit):
    """Yield the addresses of this site to which an answer leads, without their fragments."""
    kind = visit.headers.get("Content-Type", "")
    if "Location" in visit.headers:
        found = [visit.headers["Location"]]
    elif visit.is_html:
        found = Page(visit.text).leads()
    else:
        is_list = kind.startswith(("text/plain", "application/"))
        found = re.findall(rf'(?:{HERE}|"/(?=\w))[^\s<>"{{]*', visit.text if is_list else "")
    for address in found:
        whole = urlsplit(urljoin(HERE + visit.address, address.lstrip('"')))
        if f"{whole.scheme}://{whole.netloc}" == HERE:
            yield f"{whole.path}?{whole.query}" if whole.query else whole.path


def path_of(address):
    """Return an address without its query."""
    return urlsplit(address).path


def parameters_of(address):
    """Return the names of the parameters of an address."""
    return {name for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)}


def route_of(path):
    """Return the route of a path, such as "/drugs/<slug:slug>/"; of a static file its folder; else the path."""
    if path.startswith("/static/"):
        return "/static/"
    try:
        return _plain(resolve(path).route)
    except Resolver404:
        return path


def routes():
    """Return every route of the site."""
    return sorted({*OUTSIDE, "/static/", *map(_plain, _walked(get_resolver().url_patterns))})


def _walked(patterns, before=""):
    """Yield the routes of patterns and of those that they include."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _walked(one.url_patterns, before + str(one.pattern))
        else:
            yield before + str(one.pattern)


def _plain(route):
    """Return a route without the signs of regular expressions."""
    return "/" + re.sub(r"\^|\$|\(\?P(<\w+>).*?\)(?=/|$|\$)", r"\1", route)


def sent(route):
    """Return what is sent to a route: nothing, where nothing is answered in words."""
    return (
        {"take": f"{Drug.objects.first().pk}-monograph"} if route == "/admin/monographs/assignment/" else {}
    )


def example(route):
    """Return an address of a route, about a row on which something can be done."""
    if route in EXAMPLES:
        return EXAMPLES[route]
    if route.startswith("/admin/r/"):
        live = LiveDrug.objects.first()
        return f"/admin/r/{ContentType.objects.get_for_model(live).pk}/{live.pk}/"
    address = route
    for key, value in _about(route).items():
        address = re.sub(rf"<(\w+:)?{key}>", str(value), address)
    if "<" in address:
        raise AssertionError(f"Say in tests/security/addresses.py what an address of {route} is.")
    return address


EXAMPLES = {
    "/static/": "/static/site.css",
    "/drugs/<slug:slug>/": "/drugs/metformin/",
    "/classes/<slug:slug>/": "/classes/ace-inhibitors/",
    "/classes/<slug:slug>/compare/": "/classes/ace-inhibitors/compare/",
    "/sitemap-<slug:section>.xml": "/sitemap-drugs.xml",
    "/admin/autocomplete/": "/admin/autocomplete/?app_label=monographs&model_name=crosslink&field_name=to_drug",
    "/admin/<app_label>/": "/admin/monographs/",
    "/admin/<url>": "/admin/no-such-page",
    "/admin/password/<str:token>/": f"/admin/password/{TOKEN}/",
}


def _about(route):
    """Return the values of a route of the admin, by their names."""
    named = re.match(r"/admin/(\w+)/(\w+)/.*<", route)
    if not named:
        return {}
    rows = apps.get_model(*named.groups())._default_manager.all()
    for part, narrowed in NARROWED.items():
        if part in route:
            rows = narrowed()
    row = rows.order_by("pk").first()
    note = Note.objects.filter(revision=row.pk, answered_at=None).first() if "<int:note>" in route else None
    return {
        "pk": row.pk,
        "id": row.pk,
        "object_id": row.pk,
        "note": getattr(note, "pk", ""),
        "name": "close",
    }


# The rows on which the steps of these routes can be taken.
NARROWED = {
    "/accounts/user/": lambda: get_user_model().objects.filter(username="stranger"),
    "/missedword/": lambda: MissedWord.objects.exclude(word=""),
    "/credential/": lambda: Credential.objects.filter(verified_at=None),
    "/crosslink/": lambda: CrossLink.objects.filter(relation="alternative", accepted_by=None),
    "/safetynotice/": lambda: SafetyNotice.objects.filter(ended_at=None),
    "/notes/": lambda: Revision.objects.filter(notes__isnull=False, notes__answered_at=None),
}
