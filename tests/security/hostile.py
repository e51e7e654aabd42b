"""Texts that would run a script, break out of a page or be a formula, put into every text of every row.

Forms and actions refuse some of them, but a page must not rest on that: they
are written past both, under lifted guards, and the models are found, not listed.
"""

import json
import re
from urllib.parse import urlencode

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from clincalc.accounts.models import KeptForm
from monographs.models import CrossLink
from monographs.models.drug_class import SLUG
from monographs.models.fields import NormalisedNameField
from monographs.models.source import KEY
from monographs.review import guards
from tests.security.addresses import Page

MARK = "<xss"
SHORT = f"='\"><{MARK[1:]}"
MIDDLE = f"=xss()'\">{MARK} onclick=xss()>"
LONG = (
    f"{MIDDLE}</title></textarea></style></script>--><script>xss()</script><img src=x onerror=xss()>"
    "<svg onload=xss()>]]>{{7*7}}{% now %}"
)
# An address in a document holds neither brackets nor double quotes.
IN_ADDRESS = "?'onclick='xss()"
# What holds no free text, and why.
KEPT = {
    "accounts.User.password": "a hash",
    "accounts.KeptForm.path": "the address by which the form is found; its data are made hostile apart",
    "accounts.KeptForm.data": "a form as it was sent",
    "accounts.PasswordLink.digest": "hexadecimal, and the link is found by it",
    "accounts.RecoveryCode.digest": "hexadecimal, and the code is found by it",
    "accounts.SecondFactor.nonce": "random, and never shown",
    "accounts.Tries.key": "hexadecimal",
    "accounts.Tries.taken": "numbers",
    "admin.LogEntry.object_id": "the id of a row",
    "auth.Group.name": "the roles are found by it",
    "auth.Permission.codename": "code asks for it",
    "contenttypes.ContentType.app_label": "the name of code",
    "contenttypes.ContentType.model": "the name of code",
    "sessions.Session.session_key": "Django's own",
    "sessions.Session.session_data": "signed",
    "monographs.LiveDrug.letter": "one letter",
    "monographs.LiveDrug.slug": "the address of the drug",
    "monographs.MissedWord.digest": "hexadecimal",
    "monographs.Passage.words": "words as they are searched for, made of its text",
    "monographs.Review.digest": "hexadecimal, and compared",
    "monographs.Revision.digest": "hexadecimal, and compared",
    "monographs.RevisionSource.key": "a key as Citation has it",
    "monographs.Waiver.rule": "three letters",
}
NO_FREE_TEXT = re.compile(r"[a-z0-9_-]*|[A-Z]{2,3}|L\d\d|\d{4}-\d\d-\d\d[T\d:.+Z-]*")


def make_hostile():
    """Put hostile texts into every row; return the names of the columns that have them."""
    guards.lift(connection)
    done = [name for name, (model, field) in free_texts().items() if _spoil(model, field)]
    form = {
        "name": LONG,
        "lead": LONG,
        "section_monitoring": LONG,
        "reason": LONG,
        "csrfmiddlewaretoken": LONG,
    }
    CrossLink.objects.exclude(url="").update(url=Concat(F("url"), Value(SHORT)))
    KeptForm.objects.update(data=urlencode(form))
    guards.install(connection)
    return done


def free_texts():
    """Return {"app.Model.column": (model, column)} of every column that holds free text."""
    columns = {
        f"{model._meta.label}.{field.name}": (model, field)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not (field.choices or isinstance(field, NormalisedNameField) or _is_address(field))
    }
    return {name: column for name, column in columns.items() if name not in KEPT}


def remarks(visit):
    """Return what in an answer came out of a hostile text as anything but text."""
    if visit.is_html:
        return [*_marks(visit.text), *_strange(Page(visit.text))]
    return []


def _is_address(field):
    """Tell whether a column holds a part of an address or a key, whose letters are few."""
    return any(validator in (SLUG, KEY) for validator in field.validators)


def _spoil(model, field):
    """Put a hostile text before each text of a column; return whether there is a row that has it."""
    if (
        isinstance(field, models.JSONField)
        or f"{model._meta.label}.{field.name}" == "monographs.Revision.document"
    ):
        return _spoil_json(model, field)
    if isinstance(field, models.URLField):
        said = Concat(F(field.name), Value(IN_ADDRESS))
    else:
        said = Concat(Value(_fitting(field.max_length)), F(field.name))
    said = Substr(said, 1, field.max_length or 20_000)
    rows = model._base_manager.all()
    try:
        with transaction.atomic():
            return bool(rows.update(**{field.name: said}))
    except IntegrityError:
        # Where a constraint says that a text must be empty, it stays so.
        return bool(rows.exclude(**{field.name: ""}).update(**{field.name: said}))


def _spoil_json(model, field):
    """Put hostile texts into the texts within JSON; what is a word of a closed list stays."""
    rows = list(model._base_manager.all())
    for row in rows:
        value = getattr(row, field.name)
        is_text = isinstance(value, str)
        spoilt = _within(json.loads(value) if is_text else value)
        setattr(row, field.name, json.dumps(spoilt) if is_text else spoilt)
    model._base_manager.bulk_update(rows, [field.name], batch_size=50)
    return bool(rows)


def _within(value):
    """Return JSON in which every free text is hostile, none longer than its kind may be."""
    if isinstance(value, dict):
        return {key: _within(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_within(one) for one in value]
    if not isinstance(value, str) or NO_FREE_TEXT.fullmatch(value):
        return value
    if value.startswith("https://"):
        return value + IN_ADDRESS
    return f"{LONG if len(value) > 2 * len(LONG) else MIDDLE}{value}"[: max(60, len(value))]


def _fitting(longest):
    """Return the longest hostile text that leaves room in a column."""
    return next(
        text for text in (LONG, MIDDLE, SHORT) if longest is None or len(text) < longest or text is SHORT
    )


def _marks(text):
    """Return where the mark stands in a page as markup, wherever that is."""
    return [
        text[max(0, found.start() - 60) : found.end() + 20]
        for found in re.finditer(MARK, text, re.IGNORECASE)
    ]


def _strange(page):
    """Return what our pages never have: handlers, inline scripts, addresses that run."""
    for tag in page.tags:
        handlers = [name for name in tag.attrs if name.startswith("on")]
        runs = [
            value
            for value in tag.attrs.values()
            if value.strip().lower().startswith(("javascript:", "data:"))
        ]
        is_inline = (
            tag.name == "script" and "src" not in tag.attrs and "json" not in tag.attrs.get("type", "")
        )
        if handlers or runs or is_inline or tag.name == "xss":
            yield f"<{tag.name} {tag.attrs}>"
